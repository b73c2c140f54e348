// Kindred: which arrivals of a batch can change each other: they share a tie, or the neighbourhoods
// of their ties.
//
// Promise: two arrivals of different kindred have nothing in common, so that each is planned by
// itself. Comments are of none.
// Error: none.
// Owns: pointers; the arrivals stay the caller's.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/series/batch_plan.hpp"

namespace quilter {

struct Kindred {
  std::vector<const Arrival*> arrivals;
  std::vector<std::int64_t> neighbourhoods;  // ascending
  std::vector<std::int64_t> missing_ties;    // ascending
};

bool is_member(const Arrival& arrival);  // a patch, pull request or cover letter

// In the order of the first arrival of each.
std::vector<Kindred> kindred(std::span<const Arrival> arrivals, const BatchFacts& facts);

}  // namespace quilter
