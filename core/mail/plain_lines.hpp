// The lines of a hunk that begin as a hunk's lines do, with ' ', '+' or '-'.
//
// Promise: linear time on any bytes; never beyond what a hunk's header counts.
// Error: none.
// Threads: pure functions. For file_diff.cpp only.
#pragma once

#include <cstdint>
#include <string_view>

namespace quilter {

// That a hunk still lacks.
struct LinesLeft {
  std::int32_t old_lines = 0;
  std::int32_t new_lines = 0;

  bool any() const { return old_lines > 0 || new_lines > 0; }
};

// Behind such lines of `text`, up to the one that does not fit what is left; counts them.
std::string_view behind_plain_lines(std::string_view text, LinesLeft& left);

}  // namespace quilter
