// Identities: all by which a submission can be recognised. Locks and the look-ups of patches and
// cover letters are made from this one value; comments are locked as rows
// (core/store/schema/004_record.sql).
//
// Promise: a pure function of submission and project; lock keys never change between releases
// (daemons of two releases share one database). Two submissions that can be of one series, or one
// of the next version of the other, share a tie.
// Error: none.
// Owns: everything by value.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mail/submission.hpp"
#include "core/series/stitch.hpp"

namespace quilter {

struct Identities {
  std::string submitter;              // address: people are shared by all projects
  std::vector<std::string> messages;  // own message id first, then ancestors, nearest first
  std::vector<std::string> ties;      // what can put it into one series with another, or into its
                                      // next version; none for a comment

  bool operator==(const Identities&) const = default;
};

Identities identities(const Submission& submission, const StitchOptions& options);

// 64-bit hashes, salted by kind and project. As PostgreSQL's bigint.
std::int64_t submitter_key(const Identities& identities);
std::optional<std::int64_t> name_key(const Submission& submission, std::int64_t project);
std::int64_t message_key(const MessageId& id, std::int64_t project);
std::vector<std::int64_t> tie_keys(const Identities& identities,
                                   std::int64_t project);  // ascending, no doubles

// Submitter, messages and ties: what is locked, ascending, without doubles.
std::vector<std::int64_t> lock_keys(const Identities& identities, std::int64_t project);

std::vector<std::int64_t> sorted_once(std::vector<std::int64_t> keys);  // ascending, no doubles

}  // namespace quilter
