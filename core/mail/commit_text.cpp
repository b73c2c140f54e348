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

// The length of the diffstat that `text` begins with: lines of files, their sum, and the summary. 0
// where there is none: a table in a message has no sum.
std::size_t diffstat_length(std::string_view text) {
  auto rest = text;
  while (is_stat_of_file(without_line_end(rest.substr(0, rest.find('\n'))))) next_line(rest);
  if (!is_sum(without_line_end(next_line(rest)))) return 0;
  while (is_summary(rest)) next_line(rest);
  return text.size() - rest.size();
}

}  // namespace

CommitText commit_text(std::string_view content) {
  CommitText text;
  std::string notes;
  bool below = false;
  bool in_table = false;  // of which no sum follows: looked at once
  while (!content.empty()) {
    const auto line = without_line_end(content.substr(0, content.find('\n')));
    const bool stat = is_stat_of_file(line) || is_sum(line);
    const auto length = stat && !in_table ? diffstat_length(content) : 0;
    in_table = stat && length == 0;
    if (length > 0) {
      text.diffstat += content.substr(0, length);
      content.remove_prefix(length);
      continue;
    }
    const auto whole = next_line(content);
    if (!below && line == "---")
      below = true;
    else
      (below ? notes : text.message) += whole;
  }
  text.message = joined_content(text.message, {});
  text.notes = joined_content(notes, {});
  return text;
}

}  // namespace quilter
