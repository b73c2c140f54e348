// Text helpers that know ASCII and nothing of a locale.
//
// Promise: linear time.
// Error: none.
// Threads: pure functions.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

// 1 to `most` letters, digits and `marks`, the first no mark.
bool is_identifier(std::string_view text, std::size_t most, std::string_view marks);

std::string lower(std::string_view text);
std::string_view trim(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);
bool starts_ignoring_case(std::string_view text, std::string_view start);
bool contains_ignoring_case(std::string_view text, std::string_view wanted);

// The words between any of the separators; never an empty one.
std::vector<std::string_view> split(std::string_view text,
                                    std::string_view separators = " \t\r\n\f\v");
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> split(Temporary&& text,
                                    std::string_view separators = {}) = delete;  // would dangle

// A decimal number that fits, with nothing around it; else nothing.
std::optional<std::int32_t> whole_number(std::string_view text);

// Takes the next line, its line end included, off the front of `rest`; "" at the end. Here, to be
// inlined: reading a mail is mostly this.
inline std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

// The line without its LF or CR LF.
inline std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// How many octets at the front of `bytes` are valid UTF-8 without NUL.
std::size_t valid_length(std::string_view bytes);

// Valid UTF-8 (RFC 3629): every offending byte, and NUL, becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

// Octets of the character that `bytes` begins with; 0 where there is none, or it is malformed. NUL
// is a character.
std::size_t utf8_length(std::string_view bytes);

// For logs and terminals: at most `most` bytes, cut at a character; control characters, also C1,
// DEL, bidi marks and line separators, become '?'.
std::string printable(std::string_view text, std::size_t most = 200);

}  // namespace quilter
