// Plan: the difference between what the database holds of a neighbourhood and what stitch() says of
// it with one submission more. An intent as a value: it can be compared, printed and tested without
// a database.
//
// Promise: applying the plan to the facts gives the state that stitch() of all submissions
// describes, whatever the order in which they came. A series keeps its id while any of its first
// members is in it; of two that become one, the older id (the smaller) stays and the other
// redirects.
// Error: none.
// Owns: everything by value.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/series/parents.hpp"
#include "core/series/stitch.hpp"

namespace quilter {

// What a series row says; all of it follows from the members.
struct SeriesRow {
  std::int32_t version = 1;
  std::int32_t total = 1;
  std::string name;
  std::string submitter;  // address
  std::optional<Timestamp> date;
  std::int32_t received = 0;
  bool complete = false;
  bool by_hand = false;  // a member is pinned
  std::optional<std::int64_t>
      supersedes;  // series id; of a new series: set by SeriesWrite::supersedes

  bool operator==(const SeriesRow&) const = default;
};

struct SeriesWrite {
  std::optional<std::int64_t> id;  // nothing: a new one
  SeriesRow row;
  std::optional<std::size_t> supersedes;  // index into Plan::series; else as the row says
  bool changed = true;                    // false: only here so that others can point at it
  bool completed = false;                 // became complete by this submission
};

struct RecordedPerson {
  std::int64_t id = 0;
  std::string name;
  std::optional<Timestamp> named_at;  // Date and id of the mail that the name is from
  MessageId named_by;
};

struct Facts {
  std::optional<RecordedPerson> person;         // the submitter
  std::vector<Member> members;                  // patches and cover letters of the neighbourhood
  std::map<MessageId, std::int64_t> series_of;  // of each member
  std::map<std::int64_t, SeriesRow> series;
  std::optional<SeriesWrite> extended;  // what extend() says; then none of the above is read
  std::set<MessageId> leaving;          // members that do not take their series' id along

  // For comments: those whose parent can change, with all their ancestors, and of the rest of what
  // these and the submission name, what it is: a patch or cover letter (target), or a comment that
  // is worth its parent (a remark whose one ancestor is that).
  std::set<MessageId> targets;
  std::vector<Remark> remarks;
  std::map<MessageId, std::optional<MessageId>> parent_of;  // of each remark; nothing: parked
};

struct Plan {
  enum class Person : std::uint8_t { keep, insert, rename };
  struct Placement {
    MessageId member;
    std::size_t series = 0;  // index into Plan::series
  };
  struct Adoption {
    MessageId comment;
    std::optional<MessageId> parent;  // nothing: parked
  };
  struct Redirect {
    std::int64_t from = 0;
    std::size_t to = 0;  // index into Plan::series
  };

  Person person = Person::keep;
  std::vector<SeriesWrite> series;
  std::optional<std::size_t> own_series;  // of a patch or cover letter: index into series
  std::optional<MessageId> own_parent;    // of a comment; nothing: parked
  std::vector<MessageId> own_mentions;    // of a comment: whose coming can change its parent
  std::vector<Placement> placements;      // members that change series, or had none
  std::vector<Redirect> redirects;
  std::vector<Adoption> adoptions;  // remarks that change their parent
};

// What a mail does to what is known of its submitter.
Plan::Person plan_person(const Submission& submission, const std::optional<RecordedPerson>& person);

// The member that stitch() sees of a patch, pull request or cover letter.
Member member_of(const Submission& submission);

Plan make_plan(const Submission& submission, const Facts& facts, const StitchOptions& options);

// What follows where no mail has come, but pins have changed, or what is read from mails.
Plan make_plan(const Facts& facts, const StitchOptions& options);

// A line a write, in the order in which they are written.
std::string describe(const Plan& plan);

}  // namespace quilter
