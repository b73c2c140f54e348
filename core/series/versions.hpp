// versions: which version each series supersedes.
//
// Promise: a function of the set. A series supersedes the one that it says it supersedes
// ("Supersedes:"), else one with a lower version that has its change id, its submitter and thread,
// or a patch of one submitter and name with it; of several the highest version, then that with its
// change id, then the one that its first mail answers, then the one in its thread, then the one
// with most names in common, then the latest. Errors: none. Time: O(n log n) of the members.
// Threads: pure function.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/series/stitch.hpp"

namespace quilter {

// Fills Series::supersedes. `all` is in canonical order; `thread_of` gives equal numbers to all
// that one thread ties together.
void link_versions(std::vector<Series>& all,
                   const std::function<std::size_t(const Member&)>& thread_of);

}  // namespace quilter
