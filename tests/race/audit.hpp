// Audit: whether the event log accounts for what each was answered, and for the state at the end.
//
// Promise: it judges by docs/tracking.md and the log alone; nothing of core/tracking decides here.
// Threads: pure functions.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "core/store/feed.hpp"
#include "tests/race/tramplers.hpp"

namespace quilter::test {

struct Audit {
  int applied = 0, unchanged = 0, withheld = 0;  // patches of requests
  std::map<std::string, int> refused;            // by reason
  int changes = 0;                               // in the log
  int broken = 0;       // whose old value is not the one that was there, or that skip a revision
  int unaccounted = 0;  // that nobody was told of, or two were
  int untrue = 0;       // told to be applied, and not in the log so
  int unjustified = 0;  // refused or left, by values and reasons that the log does not bear out
  std::string state;    // of all patches as the log has it, a line each, by message id

  bool clean() const { return broken + unaccounted + untrue + unjustified == 0; }
};
std::ostream& operator<<(std::ostream& out, const Audit& audit);

Audit audit(const Journal& journal, const std::vector<Event>& log);

}  // namespace quilter::test
