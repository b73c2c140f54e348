// Extend batch: extend() for what comes into one neighbourhood together, mail after mail, each of
// which is part of what the next one is held against.
//
// Promise: where it gives a plan, stitch() of all members and the arrivals gives the same; where it
// cannot know of one arrival, nothing: then the neighbourhood is read whole, for all of them.
// Errors: none.
// Time: that of extend(), times the arrivals, with these and the samples of all in each glimpse.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/series/kindred.hpp"

namespace quilter {

// The samples (see Glimpse) that the arrivals need of neighbourhoods that were not read whole.
struct SamplesWanted {
  std::vector<std::int64_t> series;   // that the arrivals may extend,
  std::vector<std::int64_t> numbers;  // and each one's number
  std::vector<MessageId> ancestors;   // the tying ones of all
};
SamplesWanted samples_wanted(std::span<const Arrival> arrivals, const BatchFacts& facts);

// With the samples among the facts.
std::optional<Plan> extend(const Kindred& kin, const BatchFacts& facts,
                           const StitchOptions& options);

}  // namespace quilter
