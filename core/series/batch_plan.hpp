// Batch plan: what a set of submissions comes to that are recorded at once. What follows from a set
// does not depend on the order in which it came, so each neighbourhood is stitched once.
//
// Promise: applying it to the facts gives what applying the plans of its submissions, one after the
// other in any order, gives.
// Error: none.
// Owns: everything by value, but the submissions.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/series/plan.hpp"

namespace quilter {

struct Arrival {
  const Submission& submission;
  const std::vector<std::int64_t>& ties;  // keys; see Identities
};

struct BatchFacts {
  std::int64_t project = 0;
  std::map<std::string, RecordedPerson> people;           // by address
  std::map<std::int64_t, std::int64_t> neighbourhood_of;  // of the ties that are there
  std::map<std::int64_t, std::int64_t> series_in;         // neighbourhood of each series
  Facts facts;  // of the neighbourhoods, and of what comments name; no person, nothing extended

  // Neighbourhoods that are too large to be read whole if that can be helped, and so not among the
  // facts: their series (see extend: not more than one above what it takes), and of each series
  // that may be extended the samples of all arrivals (see samples_wanted).
  std::map<std::int64_t, std::map<std::int64_t, SeriesRow>> glimpsed;
  std::map<std::int64_t, std::vector<Member>> samples;
};

struct BatchPlan {
  struct Group {  // what the batch makes one neighbourhood, or leaves so
    std::vector<std::int64_t> neighbourhoods;  // ascending; several are to become one
    std::vector<std::int64_t> missing_ties;    // ascending
    Plan plan;                                 // its placements hold the arrivals, too
  };
  struct Comment {
    std::optional<MessageId> parent;
    std::vector<MessageId> mentions;
  };
  std::map<std::string, RecordedPerson> people;  // that change; id 0: new ones
  std::vector<Group> groups;
  std::map<MessageId, Comment> comments;  // the arrivals
  std::vector<Plan::Adoption> adoptions;

  // Ascending. Not empty: this is no plan yet; what these hold must be among the facts.
  std::vector<std::int64_t> unread;
};

// No two arrivals have one message id, and none is among the facts.
BatchPlan make_plan(std::span<const Arrival> arrivals, const BatchFacts& facts,
                    const StitchOptions& options);

}  // namespace quilter
