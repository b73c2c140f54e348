// UTF-8 (RFC 3629): what is well formed, and what may be shown.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

struct Range {  // code points, both ends included
  char32_t first;
  char32_t last;
};

// What a terminal or a log reader could take for something else than text.
constexpr std::array hidden{
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},      // C0, DEL, C1
    Range{0x200B, 0x200F}, Range{0x2028, 0x202E},  // zero width, separators, bidi embeddings
    Range{0x2060, 0x206F}, Range{0xFEFF, 0xFEFF},  // invisible operators, bidi isolates, BOM
    Range{0x061C, 0x061C},                         // Arabic letter mark
};

bool is_hidden(char32_t character) {
  return std::any_of(hidden.begin(), hidden.end(), [&](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

constexpr unsigned octet(char c) {
  return static_cast<unsigned char>(c);
}

// How many octets a sequence with this first octet has; 0 where none begins so.
constexpr std::size_t length_by_first(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// RFC 3629 §4: overlong forms, surrogates and what is beyond U+10FFFF show in the second octet.
constexpr bool second_fits(unsigned lead, unsigned second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second <= 0x9F;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second <= 0x8F;
  return true;
}

// So many octets at once, since most text is ASCII: which of them are none, or NUL, by their high
// bits. Behind one that is, others may be taken for one.
template <std::size_t count>
std::uint64_t odd_octets(const char* octets) {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t high_bits = 0x8080808080808080ULL;
  std::array<std::uint64_t, count / sizeof(std::uint64_t)> eights{};
  std::memcpy(eights.data(), octets, count);
  std::uint64_t odd = 0;
  for (const auto eight : eights) odd |= (eight - ones) | eight;  // 0 borrows: gets its high bit
  return odd & high_bits;
}

// How many octets it plainly begins with; text is read on octet by octet where there are none.
std::size_t plain_start(std::string_view bytes) {
  if (bytes.size() >= 32 && odd_octets<32>(bytes.data()) == 0) return 32;
  if (bytes.size() < 8) return 0;
  const auto odd = odd_octets<8>(bytes.data());
  if (odd == 0) return 8;
  if constexpr (std::endian::native != std::endian::little) return 0;
  return static_cast<std::size_t>(std::countr_zero(odd)) / 8;
}

char32_t code_point(std::string_view sequence) {
  const auto lead = octet(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t value = lead & (0xFFU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) value = (value << 6U) | (octet(c) & 0x3FU);
  return value;
}

}  // namespace

std::size_t utf8_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto lead = octet(bytes[0]);
  const auto length = length_by_first(lead);
  if (length == 0 || length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((octet(bytes[i]) & 0xC0U) != 0x80) return 0;
  return length > 1 && !second_fits(lead, octet(bytes[1])) ? 0 : length;
}

std::size_t valid_length(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (const auto plain = plain_start(bytes.substr(at)); plain > 0) {
      at += plain;
      continue;
    }
    const auto length = bytes[at] == '\0' ? 0 : utf8_length(bytes.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = valid_length(bytes);
    text += bytes.substr(0, length);
    bytes.remove_prefix(length);
    if (bytes.empty()) break;
    text += replacement;
    bytes.remove_prefix(1);
  }
  return text;
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    const auto safe = length != 0 && !is_hidden(code_point(character));
    if (shown.size() + (safe ? length : 1) > most) break;
    shown += safe ? character : std::string_view{"?"};
    text.remove_prefix(character.size());
  }
  return shown;
}

}  // namespace quilter
