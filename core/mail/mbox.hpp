// A message as `git am` takes it, and the messages of an mbox.
//
// Promise: linear time. What git would take for the start of the next message is escaped with '>',
// as in mboxo; all other bytes stay, but for CR LF, which becomes LF. Reading takes any bytes.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quilter {

// One entry: a From_ line, the message, an empty line.
std::string mbox_entry(std::string_view message_bytes);

// The message of a file that may hold a From_ line before it.
std::string_view without_from_line(std::string_view file);

// The messages of an mbox, in order. One begins after each line that is a From_ line as git
// mailsplit knows it ("From ", a time, a year), and after the start of the file; the empty line
// that ends an entry is not its message's. One '>' is taken off ">From " (mboxo, mboxrd).
std::vector<std::string> messages_of_mbox(std::string_view file);

// What these are made of, for an mbox that is read piece by piece.
bool begins_mbox_entry(std::string_view line);         // it is a From_ line
std::string_view line_of_mbox(std::string_view line);  // as the message has it
void end_mbox_entry(std::string& message);             // takes the entry's empty line off

}  // namespace quilter
