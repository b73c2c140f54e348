// What mail programs and lists put below a text: signatures ("-- ") and the list's own footer.
//
// Promise: linear time; cuts at the end only, never from the middle of a text.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

// The text without signature and list footer, and without the empty lines before them.
std::string_view without_footer(std::string_view text);

// "2.39.5", "2.39.5 (Apple Git-154)", "1.8.3.msysgit.0": what git signs a patch with.
bool is_git_version(std::string_view line);

// The text without empty lines around it.
std::string_view without_blank_lines(std::string_view text);

// The two texts as one, without empty lines around it; ends with a line end unless it is empty.
std::string joined_content(std::string_view before, std::string_view after);

}  // namespace quilter
