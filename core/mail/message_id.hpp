// Message ids (RFC 5322 §3.6.4) and the ancestors that a message names.
//
// Promise: linear time on any bytes. An id is kept as written, without its angle brackets.
// Error: none; what is no id is skipped.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

using MessageId = std::string;  // "local@domain", without angle brackets; case counts

// More ancestors than this are not read: the nearest ones and the oldest (the thread's root) are
// kept. It bounds the locks that a hostile References field can ask for.
constexpr std::size_t max_ancestors = 64;

// All msg-ids of a field body, in order. Comments and stray words are skipped; `a@b` without
// brackets counts where the whole body is such words.
std::vector<MessageId> message_ids(std::string_view field_body);

// The id of a Message-ID field, or nothing.
std::optional<MessageId> message_id(std::string_view field_body);

struct Ancestors {
  std::vector<MessageId> ids;  // nearest first; at most max_ancestors
  std::size_t dropped = 0;     // how many more the mail named, which were not looked at
};

// In-Reply-To, then References from its end to its start, without doubles and without `self`.
Ancestors ancestors(const std::vector<std::string_view>& in_reply_to,
                    const std::vector<std::string_view>& references, std::string_view self);

}  // namespace quilter
