// stitch: the pure function from a set of related submissions to series. The heart of Quilter.
//
// Promise: the answer is a function of the *set*: any order of `members` gives the same, equal to
// the byte. Every member is in exactly one series; no series is empty; a slot (number within a
// series) is held once.
// Errors: none.
// Time: O(n log n) of the members, times the claims on one slot (bounded by most_claims).
// Owns: everything by value.
// Threads: pure function.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mail/submission.hpp"

namespace quilter {

struct StitchOptions {
  std::chrono::minutes marker_window{
      20};  // unthreaded mails of one series are at most this far apart by Date
};

// What stitching needs to know of a patch, a pull request or a cover letter: as little as that.
struct Member {
  MessageId message_id;
  std::optional<Timestamp> date;
  bool cover = false;
  bool numbered = false;  // the subject said "3/7"; an unnumbered patch is a series of one
  std::int32_t version = 1;
  std::int32_t number = 1;  // 0 is the cover letter's slot
  std::int32_t total = 1;
  std::string submitter;              // address
  std::string name;                   // subject without prefixes
  std::vector<MessageId> ancestors;   // the tying ones
  std::string change_id;              // "" for none; the same in all versions
  std::vector<MessageId> supersedes;  // message ids of an older version, as the mail says
  MessageId anchor;  // pinned by hand: mails of one anchor are one series; "" where it is not

  bool operator==(const Member&) const = default;
};

// Of a patch's ancestors the nearest ones and the oldest say what it belongs to. No more than that
// tie it, so that one mail cannot tie the whole archive together.
std::vector<MessageId> tying_ancestors(const std::vector<MessageId>& ancestors);

// The order that breaks every tie: (date, message id), never arrival. No date counts as the
// latest: who leaves it out gains nothing.
std::strong_ordering canonical_order(const Member& left, const Member& right);

// Of those that a mail says it supersedes, so many tie it.
std::vector<MessageId> tying_superseded(const std::vector<std::string>& supersedes);

struct Series {
  std::vector<const Member*> members;  // by number, then canonical order; never empty
  const Member* first = nullptr;       // the earliest member in canonical order: the series' key
  const Member* cover = nullptr;       // may be null
  std::int32_t version = 1;
  std::int32_t total = 1;
  std::string name;                       // of the cover, else of the lowest number present
  std::string submitter;                  // likewise
  std::int32_t received = 0;              // how many of the numbers 1 to total are there
  bool complete = false;                  // all of them are
  std::optional<std::size_t> supersedes;  // index of the series whose next version this is
};

// Series in canonical order of their first members. `members` must outlive the answer.
std::vector<Series> stitch(const std::vector<Member>& members, const StitchOptions& options);

}  // namespace quilter
