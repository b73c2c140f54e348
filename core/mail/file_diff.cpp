#include "core/mail/file_diff.hpp"

#include <algorithm>
#include <array>

#include "core/mail/plain_lines.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t most_header_lines = 16;

enum class Proof : bool { none, git };  // does such a line alone prove that a diff is here?

struct HeaderLine {
  std::string_view start;
  Proof proof;
};

// What stands between "diff …" or "Index: …" and "--- ".
constexpr std::array header_lines{
    HeaderLine{"old mode ", Proof::git},
    HeaderLine{"new mode ", Proof::git},
    HeaderLine{"deleted file mode ", Proof::git},
    HeaderLine{"new file mode ", Proof::git},
    HeaderLine{"copy from ", Proof::git},
    HeaderLine{"copy to ", Proof::git},
    HeaderLine{"rename from ", Proof::git},
    HeaderLine{"rename to ", Proof::git},
    HeaderLine{"similarity index ", Proof::git},
    HeaderLine{"dissimilarity index ", Proof::git},
    HeaderLine{"Binary files ", Proof::git},
    HeaderLine{"index ", Proof::none},
    HeaderLine{"==========", Proof::none},
    HeaderLine{"RCS file: ", Proof::none},
    HeaderLine{"retrieving revision ", Proof::none},
};

const HeaderLine* header_line(std::string_view line) {
  if (line.empty()) return nullptr;
  const auto* found =
      std::find_if(header_lines.begin(), header_lines.end(), [&](const HeaderLine& known) {
        return line[0] == known.start[0] && line.starts_with(known.start);
      });
  return found == header_lines.end() ? nullptr : found;
}

std::string_view first_line(std::string_view text) {
  return without_line_end(next_line(text));
}

std::string_view behind_line(std::string_view text) {
  next_line(text);
  return text;
}

struct Counts {
  LinesLeft lines;
  std::size_t width = 0;  // that they take behind "@@ -"
};

// Takes "12,5" or "12" and gives the count, which is 1 where it is not said.
std::optional<std::int32_t> take_range(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto range = text.substr(0, end);
  text.remove_prefix(end);
  const auto comma = std::min(range.find(','), range.size());
  if (!whole_number(range.substr(0, comma))) return std::nullopt;
  return comma == range.size() ? 1 : whole_number(range.substr(comma + 1));
}

// "@@ -1,3 +1,4 @@ function"
std::optional<Counts> hunk_header(std::string_view line) {
  if (!line.starts_with("@@ -")) return std::nullopt;
  line.remove_prefix(4);
  const auto width = line.size();
  const auto old_lines = take_range(line);
  if (!old_lines || !line.starts_with(" +")) return std::nullopt;
  line.remove_prefix(2);
  const auto new_lines = take_range(line);
  if (!new_lines || !line.starts_with(" @@")) return std::nullopt;
  return Counts{{*old_lines, *new_lines}, width - line.size()};
}

// True where the line fits what is left of its hunk; counts it. An empty line, or one that begins
// with a tab, is a context line whose blank was lost.
bool take_hunk_line(std::string_view line, LinesLeft& left) {
  const auto kind = without_line_end(line).empty() || line[0] == '\t' ? ' ' : line[0];
  const bool is_old = kind == ' ' || kind == '-';
  const bool is_new = kind == ' ' || kind == '+';
  if (kind == '\\') return true;
  if ((!is_old && !is_new) || (is_old && left.old_lines == 0) || (is_new && left.new_lines == 0))
    return false;
  left.old_lines -= is_old ? 1 : 0;
  left.new_lines -= is_new ? 1 : 0;
  return true;
}

bool has_names(std::string_view text) {
  return text.starts_with("--- ") && behind_line(text).starts_with("+++ ");
}

// Behind what still looks like a hunk, where one was edited by hand and its counts are wrong.
std::string_view behind_damaged(std::string_view text) {
  const auto fits = [&] {
    if (!text.starts_with('+') && !text.starts_with('-') && !text.starts_with(' ')) return false;
    const auto line = first_line(text);
    return line != "-- " && line != "--" && line != "---" && !has_names(text);
  };
  while (fits()) next_line(text);
  return text;
}

BehindHunks behind_hunk(std::string_view text, LinesLeft left) {
  while (!text.empty() && left.any()) {
    auto behind = text;
    if (!take_hunk_line(next_line(behind), left)) break;
    text = behind;
  }
  const bool wants_empty_line = text.empty() && std::min(left.old_lines, left.new_lines) == 1;
  if (left.any()) text = behind_damaged(text);
  while (text.starts_with("\\ ")) next_line(text);  // "\ No newline at end of file"
  return {text, wants_empty_line};
}

// A line of git's base85: a letter for its length, then five characters for each four bytes.
bool is_base85(std::string_view line) {
  if (line.empty()) return false;
  const char c = line[0];
  const auto bytes = c >= 'A' && c <= 'Z' ? c - 'A' + 1 : c >= 'a' && c <= 'z' ? c - 'a' + 27 : 0;
  return bytes > 0 && line.size() == 1 + static_cast<std::size_t>((bytes + 3) / 4) * 5;
}

// Behind "GIT binary patch", with its "literal" and "delta" blocks, each of which an empty line
// ends.
BehindHunks behind_binary(std::string_view text) {
  bool wants_empty_line = false;
  next_line(text);
  while (text.starts_with("literal ") || text.starts_with("delta ")) {
    next_line(text);
    while (is_base85(first_line(text))) next_line(text);
    wants_empty_line = text.empty();
    if (first_line(text).empty()) next_line(text);
  }
  return {text, wants_empty_line};
}

// "2005-01-02", "Sat", "(working copy)": what stands behind a name where a tab became blanks.
bool begins_stamp(std::string_view text) {
  const auto is_date = [](std::string_view word) {
    return word.size() == 10 && word[4] == '-' && word[7] == '-' && whole_number(word.substr(0, 4));
  };
  constexpr std::array<std::string_view, 9> starts{
      "(revision ", "(working copy)", "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
  return is_date(text.substr(0, text.find(' '))) ||
         std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

// What follows "--- " or "+++ ": the name up to the tab that a time stamp stands behind.
std::string_view name_in(std::string_view line) {
  line = line.substr(4);
  line = line.substr(0, line.find('\t'));
  for (auto blank = line.find(' '); blank != std::string_view::npos;
       blank = line.find(' ', blank + 1))
    if (const auto behind = trim(line.substr(blank)); begins_stamp(behind))
      return trim(line.substr(0, blank));
  return trim(line);
}

void take_rename(FileDiff& file, std::string_view line) {
  for (const std::string_view start : {"rename from ", "copy from "})
    if (line.starts_with(start)) file.old_name = line.substr(start.size());
  for (const std::string_view start : {"rename to ", "copy to "})
    if (line.starts_with(start)) file.new_name = line.substr(start.size());
}

// "diff --git a/x b/x" names both; they are as long as each other where nothing was renamed.
void take_git_names(FileDiff& file, std::string_view line) {
  constexpr std::string_view start = "diff --git ";
  if (!line.starts_with(start)) return;
  line.remove_prefix(start.size());
  if (line.size() % 2 == 0 || line[line.size() / 2] != ' ') return;
  file.old_name = line.substr(0, line.size() / 2);
  file.new_name = line.substr(line.size() / 2 + 1);
}

// Takes the lines between "diff …" or "Index: …" and "--- ". True where they prove a diff.
bool take_header(FileDiff& file) {
  const auto first = without_line_end(next_line(file.behind));
  const bool by_index = first.starts_with("Index: ");
  bool proved = false;
  take_git_names(file, first);
  for (std::size_t count = 1; count < most_header_lines; ++count, next_line(file.behind)) {
    const auto line = first_line(file.behind);
    const auto* known = header_line(line);
    if (known == nullptr && !(by_index && line.starts_with("diff "))) break;
    proved |= known != nullptr && (known->proof == Proof::git || first.starts_with("diff --git "));
    take_rename(file, line);
    if (line.starts_with("index ")) file.index = line.substr(6);
    if (by_index && line.starts_with("RCS file: ")) file.indexed = trim(first.substr(7));
  }
  return proved;
}

}  // namespace

BehindHunks behind_hunks(std::string_view text, Hunks& hunks) {
  constexpr std::size_t widest_counts = 56;  // git patch-id looks at 60 characters
  BehindHunks behind{text};
  while (behind.text.starts_with("@@ -")) {
    auto lines = behind.text;
    auto counts = hunk_header(without_line_end(next_line(lines)));
    if (!counts) break;
    const auto end = behind_plain_lines(lines, counts->lines);
    const auto size = lines.size() - end.size();
    if (!counts->lines.any() && counts->width <= widest_counts &&
        lines.substr(0, size).ends_with('\n'))
      hunks.plain.push_back({hunks.at(behind.text), hunks.at(lines), hunks.at(end)});
    behind = behind_hunk(end, counts->lines);
  }
  return behind;
}

std::optional<FileDiff> file_diff(std::string_view text, Hunks& hunks) {
  FileDiff file{.behind = text, .old_name = {}, .new_name = {}, .index = {}, .indexed = {}};
  file.git = text.starts_with("diff --git ");
  const bool headed = text.starts_with("Index: ") || text.starts_with("diff ");
  const bool proved = headed && take_header(file);
  if (proved && first_line(file.behind) == "GIT binary patch") {
    const auto behind = behind_binary(file.behind);
    file.behind = behind.text;
    file.wants_empty_line = behind.wants_empty_line;
    return file;
  }
  if (has_names(file.behind)) {
    const auto old_line = without_line_end(next_line(file.behind));
    const auto new_line = without_line_end(next_line(file.behind));
    const auto behind = behind_hunks(file.behind, hunks);
    if (behind.text.size() == file.behind.size() && !proved) return std::nullopt;
    file.old_name = name_in(old_line);
    file.new_name = name_in(new_line);
    file.behind = behind.text;
    file.wants_empty_line = behind.wants_empty_line;
    return file;
  }
  return proved ? std::optional{file} : std::nullopt;
}

}  // namespace quilter
