// read_mail: the one place where MIME is undone (RFC 2045–2047, 2183, 2231, 3676). GMime stays
// inside.
//
// Promise: any bytes give a Mail, valid UTF-8 without NUL, in linear time and bounded depth (limits
// below).
// Errors: none thrown for any input; only memory can run out.
// Owns: nothing.
// Threads: safe from any, once a Library lives.
#pragma once

#include <string_view>

#include "core/mail/mail.hpp"
#include "core/mail/message.hpp"

namespace quilter::mime {

constexpr std::size_t max_parts = 1000;     // more leaves than this are not read
constexpr std::size_t max_depth = 30;       // deeper multiparts are not opened
constexpr std::size_t max_fields = 10'000;  // more header fields than this are not read

// GMime, started. Make one in main(), before any read_mail; GMime ends with the program, since it
// cannot start anew.
class Library {
 public:
  Library();
};

Mail read_mail(std::string_view message_bytes);

}  // namespace quilter::mime
