#include "core/mail/diff.hpp"

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

}  // namespace

// A diff above the "---" that ends a commit message is an example in it, if another one follows
// below: then the real one begins there. Hunks that a damaged one cut off still belong to it, up to
// the signature.
DiffPlace find_diff(std::string_view text) {
  DiffPlace place;
  bool found = false;
  bool example = false;
  bool signature = false;
  for (auto rest = text; !rest.empty();) {
    const auto at = text.size() - rest.size();
    if (const auto file = file_diff(rest)) {
      if (!found || example) place.begin = at;
      found = true;
      example = false;
      rest = file->behind;
      place.end = text.size() - rest.size();
      continue;
    }
    if (found && !signature)
      if (const auto behind = behind_hunks(rest); behind.size() < rest.size()) {
        rest = behind;
        place.end = text.size() - rest.size();
        continue;
      }
    if (found && is_signature(rest)) signature = true;
    const auto line = without_line_end(next_line(rest));
    if (found && !signature && line == "---") example = true;
  }
  return place;
}

DiffSplit split_diff(std::string_view text) {
  const auto place = find_diff(text);
  if (place.begin == place.end) return {joined_content(without_footer(text), {}), {}, place};
  DiffSplit split{
      joined_content(text.substr(0, place.begin), without_footer(text.substr(place.end))),
      std::string{text.substr(place.begin, place.end - place.begin)}, place};
  if (!split.diff.ends_with('\n')) split.diff += '\n';
  return split;
}

}  // namespace quilter
