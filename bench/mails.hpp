// Patch mails as a list hands them on, made here so that a measurement needs no corpus.
//
// Promise: equal arguments give equal mails, on every machine.
// Error: none.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quilter::bench {

enum class Encoding : std::uint8_t { seven_bit, eight_bit, base64, quoted_printable };

std::string_view to_string(Encoding encoding);

// A mail with one patch, of about `bytes` bytes; `seed` varies its words, names and numbers.
std::string patch_mail(std::size_t bytes, Encoding encoding, std::uint32_t seed);

}  // namespace quilter::bench
