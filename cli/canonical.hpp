// The canonical dump, as values: docs/dump.md is its definition.
//
// Promise: equal states give equal objects, in some order.
// Error: StoreError from the archive.
// Owns: everything by value.
// Threads: pure functions but for reading the archive.
#pragma once

#include <string>
#include <vector>

#include "cli/output.hpp"
#include "core/store/archive.hpp"

namespace quilter::cli {

struct Canonical {  // of one project
  std::vector<MessageEntry> members;
  std::vector<SeriesEntry> series;
  std::vector<CommentEntry> comments;
  std::vector<Mailbox> people;
  std::vector<PlacedCheck> checks;  // in the order in which they were added; none is derived
  std::vector<NoteEntry> notes;     // the same
};

Canonical canonical(Archive& archive, const std::string& project);

std::vector<Json> objects(const Canonical& recorded);  // a line of the dump each

}  // namespace quilter::cli
