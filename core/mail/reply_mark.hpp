// What mail programs put before a subject when they answer or forward: "Re:", "AW:", "Fwd:",
// "回复：".
//
// Promise: a bounded number of looks at the front of the text.
// Error: none.
// Threads: pure functions. For subject.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quilter {

enum class ReplyMark : std::uint8_t { reply, forward };

// Takes one mark off the front, its count ("Re[2]:") and the blanks behind it too.
std::optional<ReplyMark> take_reply_mark(std::string_view& text);

}  // namespace quilter
