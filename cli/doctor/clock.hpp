// This host's clock beside that of the database.
//
// Threads: a pure function.
#pragma once

#include <chrono>

#include "cli/doctor/finding.hpp"

namespace quilter::doctor {

using Time = std::chrono::system_clock::time_point;

// Theirs was read at some moment between our `before` and `after`.
Finding compared_clocks(Time before, Time theirs, Time after);

}  // namespace quilter::doctor
