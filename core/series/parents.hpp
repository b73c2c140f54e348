// parents: which patch or cover letter each comment belongs to, through any number of hops.
//
// Promise: a function of the set. A comment belongs to the nearest of its ancestors that is a patch
// or a cover letter, or that is a comment which belongs to one. References that run in a circle end
// the search, not the program.
// Errors: none; a comment that belongs nowhere yet is parked.
// Threads: pure functions.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/mail/message_id.hpp"

namespace quilter {

struct Remark {  // a comment, as little of it as is needed
  MessageId message_id;
  std::vector<MessageId> ancestors;  // nearest first
};

// `targets` are the patches and cover letters. One answer a remark, in the order given.
std::vector<std::optional<MessageId>> parents(const std::vector<Remark>& remarks,
                                              const std::set<MessageId>& targets);

// The ancestors whose coming, or whose own parent, can still change where a comment belongs: all up
// to the one through which it belongs now. `settled` are the targets, and the comments that belong.
std::vector<MessageId> mentions(const std::vector<MessageId>& ancestors,
                                const std::set<MessageId>& settled);

}  // namespace quilter
