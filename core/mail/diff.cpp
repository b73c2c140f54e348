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
  bool wants_empty_line = false;
  std::vector<PlainHunk> hunks = {};
};

// Those of the diff, which begins there; what is above was an example.
std::vector<PlainHunk> hunks_from(std::size_t begin, std::vector<PlainHunk> hunks) {
  std::erase_if(hunks, [&](const PlainHunk& hunk) { return hunk.begin < begin; });
  for (auto& hunk : hunks) hunk = {hunk.begin - begin, hunk.lines - begin, hunk.end - begin};
  return hunks;
}

// A diff above the first "---", which ends a commit message, is an example in it, if the message
// goes on behind it, and another diff follows below: then the real one begins there. Hunks that a
// damaged one cut off still belong to it, up to the signature.
Found look_for_diff(std::string_view text) {
  Found found;
  Hunks hunks{text};
  bool any = false;
  bool example = false;
  bool message_ended = false;
  bool goes_on = false;  // there is text behind the diff
  bool signature = false;
  for (auto rest = text; !rest.empty();) {
    const auto at = text.size() - rest.size();
    if (const auto file = file_diff(rest, hunks)) {
      if (!any || example) found = {{at, at}, {}};
      if (auto touched = touched_file(*file)) found.files.push_back(std::move(*touched));
      any = true;
      example = goes_on = false;
      rest = file->behind;
      found.wants_empty_line = file->wants_empty_line;
      found.place.end = text.size() - rest.size();
      continue;
    }
    if (any && !signature)
      if (const auto behind = behind_hunks(rest, hunks); behind.text.size() < rest.size()) {
        rest = behind.text;
        found.wants_empty_line = behind.wants_empty_line;
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
  found.hunks = hunks_from(found.place.begin, std::move(hunks.plain));
  return found;
}

// The boundary behind a part takes the end of its last line (RFC 2046 §5.1.1). Where that was an
// empty context line, nothing is left of it, and the hunk wants one line more.
std::string_view missing_line_ends(std::string_view diff, bool wants_empty_line) {
  constexpr std::string_view line_ends = "\n\n";
  const std::size_t open_line = diff.ends_with('\n') ? 0 : 1;
  return line_ends.substr(0, open_line + (wants_empty_line ? 1 : 0));
}

}  // namespace

FoundDiff find_diff(std::string_view text) {
  auto [place, files, wants_empty_line, hunks] = look_for_diff(text);
  if (place.begin == place.end) return {joined_content(without_footer(text), {}), {}, place};
  return {joined_content(text.substr(0, place.begin), without_footer(text.substr(place.end))),
          in_order(std::move(files)), place,
          missing_line_ends(text.substr(0, place.end), wants_empty_line), std::move(hunks)};
}

DiffSplit split_diff(std::string_view text) {
  auto found = find_diff(text);
  const auto [begin, end] = found.place;
  std::string diff;
  diff.reserve(end - begin + found.line_ends.size());
  diff.append(text.substr(begin, end - begin)).append(found.line_ends);
  return {std::move(found.content), std::move(diff), std::move(found.files), found.place};
}

}  // namespace quilter
