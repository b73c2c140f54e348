#include "core/mail/file_diff.hpp"

#include <algorithm>
#include <array>

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
  const auto* found =
      std::find_if(header_lines.begin(), header_lines.end(),
                   [&](const HeaderLine& known) { return line.starts_with(known.start); });
  return found == header_lines.end() ? nullptr : found;
}

std::string_view line_at(const Lines& lines, std::size_t at) {
  return at < lines.size() ? without_line_end(lines[at]) : std::string_view{};
}

struct Counts {
  std::int32_t old_lines = 0;
  std::int32_t new_lines = 0;
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
  const auto old_lines = take_range(line);
  if (!old_lines || !line.starts_with(" +")) return std::nullopt;
  line.remove_prefix(2);
  const auto new_lines = take_range(line);
  if (!new_lines || !line.starts_with(" @@")) return std::nullopt;
  return Counts{*old_lines, *new_lines};
}

// True where the line fits what is left of its hunk; counts it. An empty line is a context line
// whose blank was lost.
bool take_hunk_line(std::string_view line, Counts& left) {
  const auto kind = without_line_end(line).empty() ? ' ' : line[0];
  const bool is_old = kind == ' ' || kind == '-';
  const bool is_new = kind == ' ' || kind == '+';
  if (kind == '\\') return true;
  if ((!is_old && !is_new) || (is_old && left.old_lines == 0) || (is_new && left.new_lines == 0))
    return false;
  left.old_lines -= is_old ? 1 : 0;
  left.new_lines -= is_new ? 1 : 0;
  return true;
}

bool has_names(const Lines& lines, std::size_t at) {
  return line_at(lines, at).starts_with("--- ") && line_at(lines, at + 1).starts_with("+++ ");
}

// Behind what still looks like a hunk, where one was edited by hand and its counts are wrong.
std::size_t behind_damaged(const Lines& lines, std::size_t at) {
  const auto fits = [&](std::string_view line) {
    return (line.starts_with('+') || line.starts_with('-') || line.starts_with(' ')) &&
           line != "-- " && line != "--" && line != "---" && !has_names(lines, at);
  };
  while (at < lines.size() && fits(line_at(lines, at))) ++at;
  return at;
}

std::size_t behind_hunk(const Lines& lines, std::size_t at, Counts left) {
  const auto is_open = [&] { return left.old_lines > 0 || left.new_lines > 0; };
  while (at < lines.size() && is_open() && take_hunk_line(lines[at], left)) ++at;
  if (is_open()) at = behind_damaged(lines, at);
  while (at < lines.size() && lines[at].starts_with("\\ ")) ++at;  // "\ No newline at end of file"
  return at;
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
std::size_t behind_binary(const Lines& lines, std::size_t at) {
  ++at;
  while (line_at(lines, at).starts_with("literal ") || line_at(lines, at).starts_with("delta ")) {
    ++at;
    while (is_base85(line_at(lines, at))) ++at;
    if (at < lines.size() && line_at(lines, at).empty()) ++at;
  }
  return at;
}

// What follows "--- " or "+++ ": the name up to the tab that a time stamp stands behind.
std::string_view name_in(std::string_view line) {
  line = line.substr(4);
  return trim(line.substr(0, line.find('\t')));
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

}  // namespace

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) lines.push_back(next_line(text));
  return lines;
}

std::size_t behind_hunks(const Lines& lines, std::size_t at) {
  while (const auto counts = hunk_header(line_at(lines, at)))
    at = behind_hunk(lines, at + 1, *counts);
  return at;
}

std::optional<FileDiff> file_diff(const Lines& lines, std::size_t at) {
  FileDiff file{.end = at, .old_name = {}, .new_name = {}};
  bool proved = false;
  const auto first = line_at(lines, at);
  const bool by_index = first.starts_with("Index: ");
  if (by_index || first.starts_with("diff ")) {
    take_git_names(file, first);
    for (++file.end; file.end - at < most_header_lines; ++file.end) {
      const auto line = line_at(lines, file.end);
      const auto* known = header_line(line);
      if (known == nullptr && !(by_index && line.starts_with("diff "))) break;
      proved |=
          known != nullptr && (known->proof == Proof::git || first.starts_with("diff --git "));
      take_rename(file, line);
    }
  }
  if (proved && line_at(lines, file.end) == "GIT binary patch") {
    file.end = behind_binary(lines, file.end);
    return file;
  }
  if (has_names(lines, file.end)) {
    const auto hunks = file.end + 2;
    const auto end = behind_hunks(lines, hunks);
    if (end == hunks && !proved) return std::nullopt;
    file.old_name = name_in(line_at(lines, file.end));
    file.new_name = name_in(line_at(lines, file.end + 1));
    file.end = end;
    return file;
  }
  return proved ? std::optional{file} : std::nullopt;
}

}  // namespace quilter
