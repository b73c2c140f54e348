#include "core/mail/diff.hpp"

#include "core/mail/file_diff.hpp"
#include "core/mail/footer.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// Where the diff is, in lines.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Git's own; what a human signs may stand in the middle of a message.
bool is_signature(const Lines& lines, std::size_t at) {
  const auto line = without_line_end(lines[at]);
  return (line == "-- " || line == "--") && at + 1 < lines.size() &&
         is_git_version(without_line_end(lines[at + 1]));
}

// A diff above the "---" that ends a commit message is an example in it, if another one follows
// below: then the real one begins there. Hunks that a damaged one cut off still belong to it, up to
// the signature.
Range find_range(const Lines& lines) {
  Range range;
  bool found = false;
  bool example = false;
  bool signature = false;
  for (std::size_t at = 0; at < lines.size();) {
    if (const auto file = file_diff(lines, at)) {
      if (!found || example) range.begin = at;
      found = true;
      example = false;
      at = range.end = file->end;
      continue;
    }
    const auto line = without_line_end(lines[at]);
    if (found && !signature)
      if (const auto end = behind_hunks(lines, at); end > at) {
        at = range.end = end;
        continue;
      }
    if (found && is_signature(lines, at)) signature = true;
    if (found && !signature && line == "---") example = true;
    ++at;
  }
  return range;
}

std::size_t offset(std::string_view text, const Lines& lines, std::size_t line) {
  return line < lines.size() ? static_cast<std::size_t>(lines[line].data() - text.data())
                             : text.size();
}

}  // namespace

DiffPlace find_diff(std::string_view text) {
  const auto lines = lines_of(text);
  const auto range = find_range(lines);
  return {offset(text, lines, range.begin), offset(text, lines, range.end)};
}

DiffSplit split_diff(std::string_view text) {
  const auto place = find_diff(text);
  if (place.begin == place.end) return {joined_content(without_footer(text), {}), {}};
  DiffSplit split{
      joined_content(text.substr(0, place.begin), without_footer(text.substr(place.end))),
      std::string{text.substr(place.begin, place.end - place.begin)}};
  if (!split.diff.ends_with('\n')) split.diff += '\n';
  return split;
}

}  // namespace quilter
