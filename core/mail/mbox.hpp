// A message as `git am` takes it.
//
// Promise: linear time. What git would take for the start of the next message is escaped with '>',
// as in mboxo; all other bytes stay, but for CR LF, which becomes LF.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

// One entry: a From_ line, the message, an empty line.
std::string mbox_entry(std::string_view message_bytes);

// The message of a file that may hold a From_ line before it.
std::string_view without_from_line(std::string_view file);

}  // namespace quilter
