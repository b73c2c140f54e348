#include "core/mail/diff.hpp"

#include <utility>

#include "core/mail/file_diff.hpp"
#include "core/mail/footer.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// Git's own; what a human signs may stand in the middle of a message.
bool is_signature(std::string_view text) {
  if (!text.starts_with("--")) return false;
  const auto line = without_line_end(next_line(text));
  return (line == "-- " || line == "--") && is_git_version(without_line_end(next_line(text)));
}

struct Found {
  DiffPlace place;
  std::vector<TouchedFile> files;
};

// A diff above the first "---", which ends a commit message, is an example in it, if the message
// goes on behind it, and another diff follows below: then the real one begins there. Hunks that a
// damaged one cut off still belong to it, up to the signature.
Found find_diff(std::string_view text) {
  Found found;
  bool any = false;
  bool example = false;
  bool message_ended = false;
  bool goes_on = false;  // there is text behind the diff
  bool signature = false;
  for (auto rest = text; !rest.empty();) {
    const auto at = text.size() - rest.size();
    if (const auto file = file_diff(rest)) {
      if (!any || example) found = {{at, at}, {}};
      if (auto touched = touched_file(*file)) found.files.push_back(std::move(*touched));
      any = true;
      example = goes_on = false;
      rest = file->behind;
      found.place.end = text.size() - rest.size();
      continue;
    }
    if (any && !signature)
      if (const auto behind = behind_hunks(rest); behind.size() < rest.size()) {
        rest = behind;
        found.place.end = text.size() - rest.size();
        continue;
      }
    if (any && is_signature(rest)) signature = true;
    const auto line = without_line_end(next_line(rest));
    if (line != "---") {
      goes_on = goes_on || !trim(line).empty();
      continue;
    }
    example = any && goes_on && !signature && !message_ended;
    message_ended = true;
  }
  return found;
}

// The boundary behind a part takes the end of its last line (RFC 2046 §5.1.1). Where that was an
// empty context line, nothing is left of it, and the hunk wants one line more.
bool wants_empty_line(std::string_view diff) {
  return find_diff(std::string{diff} + "\n\n").place.end == diff.size() + 1;
}

}  // namespace

DiffSplit split_diff(std::string_view text) {
  auto [place, files] = find_diff(text);
  if (place.begin == place.end) return {joined_content(without_footer(text), {}), {}, {}, place};
  DiffSplit split{
      joined_content(text.substr(0, place.begin), without_footer(text.substr(place.end))),
      std::string{text.substr(place.begin, place.end - place.begin)}, in_order(std::move(files)),
      place};
  if (!split.diff.ends_with('\n')) split.diff += '\n';
  if (place.end == text.size() && wants_empty_line(split.diff)) split.diff += '\n';
  return split;
}

}  // namespace quilter
