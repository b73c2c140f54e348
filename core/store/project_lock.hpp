// The lock on a whole project: whoever records in it, decides about its series or changes its
// patches holds it shared; who derives it all again holds it alone.
//
// Promise: taken before all other locks of a transaction, so that nobody waits for it who holds
// another. Given back at the transaction's end.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "core/digest/digest.hpp"

namespace quilter {

// The key never changes between releases: daemons of two releases share one database.
inline std::int64_t project_lock_key(std::int64_t project) {
  return static_cast<std::int64_t>(lock_hash("whole project " + std::to_string(project)));
}

// A statement of its own: one that also read would read from before the wait.
inline std::string share_project(std::int64_t project) {
  return "SELECT pg_advisory_xact_lock_shared(" + std::to_string(project_lock_key(project)) + ")";
}

inline std::string take_project(std::int64_t project) {  // alone
  return "SELECT pg_advisory_xact_lock(" + std::to_string(project_lock_key(project)) + ")";
}

}  // namespace quilter
