#include "core/mail/scissors.hpp"

#include "core/mail/text.hpp"

namespace quilter {

// Git's measure: at least 8 columns, of which the perforation (dashes, scissors and the blanks
// behind them) is more than a third, and its blanks less than half of it.
bool is_scissors(std::string_view line) {
  line = trim(without_line_end(line));
  if (line.starts_with("> ")) return false;  // somebody else's, quoted
  std::size_t perforation = 0;
  std::size_t blanks = 0;
  bool scissors = false;
  bool perforated = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto pair = line.substr(i, 2);
    if (is_space(line[i])) {
      perforation += perforated ? 1 : 0;
      blanks += perforated ? 1 : 0;
    } else if (line[i] == '-') {
      perforated = true;
      ++perforation;
    } else if (pair == ">8" || pair == "8<" || pair == ">%" || pair == "%<") {
      perforated = scissors = true;
      perforation += 2;
      ++i;
    } else {
      perforated = false;
    }
  }
  return scissors && line.size() >= 8 && line.size() < perforation * 3 && blanks * 2 < perforation;
}

std::optional<std::string_view> below_scissors(std::string_view text) {
  std::optional<std::string_view> below;
  while (!text.empty())
    if (is_scissors(next_line(text))) below = text;
  return below;
}

}  // namespace quilter
