// Scissors: "-- >8 --", the line below which `git am --scissors` finds the commit message
// (git-mailinfo(1)).
//
// Promise: linear time.
// Error: none.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace quilter {

// A line of dashes and blanks with ">8", "8<", ">%" or "%<" in it, and little else.
bool is_scissors(std::string_view line);

// What stands below the last such line; nothing where there is none.
std::optional<std::string_view> below_scissors(std::string_view text);

}  // namespace quilter
