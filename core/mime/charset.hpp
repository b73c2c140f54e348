// Bytes in some character set → UTF-8.
//
// Promise: any bytes and any name give valid UTF-8 without NUL, in linear time. Where the bytes do
// not fit the declared set, or nobody knows it: UTF-8 where they are that, byte for byte
// windows-1252 where not, as people see it elsewhere.
// Bytes that are UTF-8 already are handed on, not copied.
// Error: none.
// Threads: safe from any.
#pragma once

#include <string>
#include <string_view>

namespace quilter::mime {

std::string to_utf8(std::string bytes, std::string_view declared_charset);

// For what declares nothing: raw 8-bit header fields.
std::string guessed_utf8(std::string bytes);

}  // namespace quilter::mime
