#include "core/mail/plain_lines.hpp"

#include <array>
#include <cstring>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// As many octets at once as every processor has vectors for; compilers make do where it has none.
// What is compared is 255 where it is so, and 0 elsewhere.
using Octets [[gnu::vector_size(16)]] = std::uint8_t;
constexpr std::size_t piece_size = 4 * sizeof(Octets);

Octets octets_at(const char* text) {
  Octets octets;
  std::memcpy(&octets, text, sizeof(octets));
  return octets;
}

// Of all octets, which are few: their sum is an octet, too.
std::int32_t sum(const Octets& octets) {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  std::array<std::uint64_t, 2> eights{};
  std::memcpy(eights.data(), &octets, sizeof(octets));
  return static_cast<std::int32_t>(((eights[0] + eights[1]) * ones) >> 56U);
}

// How many lines end in a piece of text, and how those behind these ends begin.
struct Begun {
  std::int32_t ends = 0;
  std::int32_t context = 0;
  std::int32_t removed = 0;
  std::int32_t added = 0;
};

// Looks at one octet behind the piece.
Begun lines_begun(const char* piece) {
  Octets ends{};
  Octets context{};
  Octets removed{};
  Octets added{};
  for (std::size_t at = 0; at < piece_size; at += sizeof(Octets)) {
    const Octets end = octets_at(piece + at) == '\n';
    const auto kind = octets_at(piece + at + 1);
    ends -= end;
    context -= end & (kind == ' ');
    removed -= end & (kind == '-');
    added -= end & (kind == '+');
  }
  return {sum(ends), sum(context), sum(removed), sum(added)};
}

// True where a line of that kind fits what is left; counts it.
bool take_line(char kind, LinesLeft& left) {
  const std::int32_t old_line = kind == '+' ? 0 : 1;
  const std::int32_t new_line = kind == '-' ? 0 : 1;
  if (old_line == new_line && kind != ' ') return false;
  if (old_line > left.old_lines || new_line > left.new_lines) return false;
  left.old_lines -= old_line;
  left.new_lines -= new_line;
  return true;
}

// Behind the pieces in which all lines that begin there fit what is left; from within a line that
// is counted, into one.
std::string_view behind_pieces(std::string_view text, LinesLeft& left) {
  while (text.size() > piece_size) {
    const auto begun = lines_begun(text.data());
    const LinesLeft then{left.old_lines - begun.context - begun.removed,
                         left.new_lines - begun.context - begun.added};
    const bool all_plain = begun.context + begun.removed + begun.added == begun.ends;
    if (!all_plain || then.old_lines < 0 || then.new_lines < 0) break;
    left = then;
    text.remove_prefix(piece_size);
  }
  return text;
}

}  // namespace

// Most of a mail is these lines, and following them was a third of the time that it takes to read a
// large one. So they are counted by pieces, without a look at where each ends, up to the piece that
// is more than the hunk.
std::string_view behind_plain_lines(std::string_view text, LinesLeft& left) {
  for (bool first = true; !text.empty() && left.any(); first = false) {
    if (!take_line(text[0], left)) break;
    if (first) text = behind_pieces(text, left);
    next_line(text);
  }
  return text;
}

}  // namespace quilter
