// The statement that gives a page of a list: ids, and as text what they are sorted by.
//
// Promise: made of constants alone; what was asked for is sent beside it, as parameters:
//   $1 whether the page begins behind a position, $2 its value, $3 its id; $4 how many;
//   $5 states, $6 only those that ask for action, $7 delegate (-1 anybody, 0 nobody), $8 LIKE a
//   path, $9 archived: an array of the values that pass; $10 seconds since 1970, or -Infinity;
//   $11 whether a submitter was named, $12 whom that means; $13 LIKE the name; $14 project, 0 all.
// Error: none.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "core/tracking/listing.hpp"

namespace quilter {

enum class Listed : std::uint8_t { patches, series };

bool can_be_sorted(Listed listed, SortKey key);

// All projects' newest come project by project, each from an index. The planner cannot know that
// reading a table whole for each of them costs more: let it not (enable_seqscan).
bool goes_by_project(const ListFilter& filter, const ListPage& page);

std::string list_statement(Listed listed, const ListFilter& filter, const ListPage& page);

}  // namespace quilter
