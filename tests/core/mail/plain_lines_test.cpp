#include "core/mail/plain_lines.hpp"

#include <random>

#include "core/mail/text.hpp"
#include "tests/support/catch.hpp"

namespace quilter {
namespace {

struct Taken {
  std::size_t behind = 0;  // octets of the text that are left
  std::int32_t old_lines = 0;
  std::int32_t new_lines = 0;

  bool operator==(const Taken&) const = default;
};

Taken taken(std::string_view text, LinesLeft left) {
  const auto behind = behind_plain_lines(text, left);
  CHECK(behind.data() + behind.size() == text.data() + text.size());
  return {behind.size(), left.old_lines, left.new_lines};
}

// The same, as the contract says it.
Taken line_by_line(std::string_view text, LinesLeft left) {
  while (!text.empty() && left.any()) {
    const bool is_old = text[0] == ' ' || text[0] == '-';
    const bool is_new = text[0] == ' ' || text[0] == '+';
    if ((!is_old && !is_new) || (is_old && left.old_lines == 0) || (is_new && left.new_lines == 0))
      break;
    left.old_lines -= is_old ? 1 : 0;
    left.new_lines -= is_new ? 1 : 0;
    next_line(text);
  }
  return {text.size(), left.old_lines, left.new_lines};
}

TEST_CASE("a hunk ends behind its last line, wherever the pieces that it is read by end") {
  for (std::size_t length = 0; length < 300; ++length) {
    const auto long_line = std::string(length, '-');
    CAPTURE(length);
    for (const std::string_view behind :
         {"", "\n", " x\n", "-x\n", "+x\n", "@@ -1 +1 @@\n-a\n+b\n"})
      for (const auto left : {LinesLeft{2, 2}, LinesLeft{3, 2}, LinesLeft{2, 3}, LinesLeft{9, 9}}) {
        const auto text = "-" + long_line + "\n+\n " + long_line + "\n" + std::string{behind};
        CHECK(taken(text, left) == line_by_line(text, left));
      }
  }
}

TEST_CASE("no line fits where none is left, and none is taken from a text without any") {
  CHECK(taken(" a\n", {0, 0}) == Taken{3, 0, 0});
  CHECK(taken("", {1, 1}) == Taken{0, 1, 1});
  CHECK(taken("+a\n", {1, 0}) == Taken{3, 1, 0});
  CHECK(taken(std::string(1000, '\n'), {900, 900}) == Taken{1000, 900, 900});
}

TEST_CASE("any text is followed as line by line") {
  std::mt19937 random{1};  // NOLINT(cert-msc51-cpp): the same texts each time
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const auto lines = random() % 60;
    for (std::size_t line = 0; line < lines; ++line) {
      text += std::string_view{"  ++--\n@\x80\xff"}[random() % (random() % 8 == 0 ? 10 : 6)];
      text.append(random() % (random() % 4 == 0 ? 90 : 9), random() % 2 == 0 ? '+' : 'x') += '\n';
    }
    const LinesLeft left{static_cast<std::int32_t>(random() % 50),
                         static_cast<std::int32_t>(random() % 50)};
    CAPTURE(text, left.old_lines, left.new_lines);
    REQUIRE(taken(text, left) == line_by_line(text, left));
  }
}

}  // namespace
}  // namespace quilter
