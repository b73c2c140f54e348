#include "core/mail/commit_text.hpp"

#include <algorithm>
#include <array>

#include "core/mail/footer.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// " dir/f.c | 12 ++--", " i.png | Bin 0 -> 70 bytes"
bool is_stat_of_file(std::string_view line) {
  const auto bar = line.rfind(" | ");
  if (!line.starts_with(' ') || bar == std::string_view::npos) return false;
  const auto count = trim(line.substr(bar + 3));
  return !count.empty() && (is_digit(count[0]) || count.starts_with("Bin"));
}

// " 2 files changed, 3 insertions(+), 1 deletion(-)"
bool is_sum(std::string_view line) {
  const auto text = trim(line);
  return line.starts_with(' ') && !text.empty() && is_digit(text[0]) &&
         (line.find(" file changed") != std::string_view::npos ||
          line.find(" files changed") != std::string_view::npos);
}

// What `git diff --summary` adds below the sum.
bool is_summary(std::string_view line) {
  constexpr std::array<std::string_view, 6> starts{
      " create mode 1", " delete mode 1", " mode change 1", " rename ", " copy ", " rewrite "};
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return line.starts_with(start); });
}

}  // namespace

CommitText commit_text(std::string_view content) {
  CommitText text;
  std::string notes;
  bool below = false;
  bool in_stat = false;
  while (!content.empty()) {
    const auto whole = next_line(content);
    const auto line = without_line_end(whole);
    in_stat = is_stat_of_file(line) || is_sum(line) || (in_stat && is_summary(line));
    if (in_stat)
      text.diffstat += whole;
    else if (!below && line == "---")
      below = true;
    else
      (below ? notes : text.message) += whole;
  }
  text.message = joined_content(text.message, {});
  text.notes = joined_content(notes, {});
  return text;
}

}  // namespace quilter
