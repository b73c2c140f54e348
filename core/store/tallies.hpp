// What is counted for entries that were read: trailers, and checks by state.
//
// Promise: of the snapshot that the entries are from; a few statements, however many they are.
// Errors: StoreError.
// Threads: a snapshot belongs to one.
#pragma once

#include <vector>

#include "core/store/entries.hpp"
#include "core/store/snapshot.hpp"

namespace quilter {

// Each patch's tally is of its own trailers, of what answers it, and of its series' cover letter;
// a series' is of all that is in it.
void count_trailers(Snapshot& snapshot, std::vector<MessageEntry>& entries);
void count_trailers(Snapshot& snapshot, std::vector<SeriesEntry>& entries);

// A series' checks are those of it as a whole.
void count_checks(Snapshot& snapshot, std::vector<MessageEntry>& entries);
void count_checks(Snapshot& snapshot, std::vector<SeriesEntry>& entries);

}  // namespace quilter
