#include "core/mail/trailers.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// Besides everything that ends in "-by"; lower case.
constexpr std::array<std::string_view, 15> known_names{
    "fixes",     "closes",     "link",     "cc",          "message-id",
    "change-id", "depends-on", "bug",      "bugzilla",    "buglink",
    "resolves",  "references", "reported", "base-commit", "cve"};

bool is_name(std::string_view name) {
  const auto is_name_char = [](char c) { return is_letter(c) || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_char)) return false;
  const auto small = lower(name);
  return (small.size() > 3 && small.ends_with("-by")) ||
         std::find(known_names.begin(), known_names.end(), small) != known_names.end();
}

// "Name: value" at the start of a line; nothing where it is prose.
bool take_trailer(std::string_view line, std::vector<Trailer>& found) {
  constexpr std::size_t longest_name = 40;
  const auto colon = line.substr(0, longest_name).find(':');
  if (colon == std::string_view::npos || !is_name(line.substr(0, colon))) return false;
  const auto value = trim(line.substr(colon + 1));
  if (value.empty()) return false;
  found.push_back({std::string{line.substr(0, colon)}, std::string{value}});
  return true;
}

bool ends_message(std::string_view line) {
  return line.starts_with('-') && trim(line) == "---";
}

// "-----Original Message-----", as Outlook and its like write it.
bool ends_reply(std::string_view line) {
  return line.starts_with("-----") && contains_ignoring_case(line, "original message");
}

std::vector<Trailer> trailers_until(std::string_view content, bool (*ends)(std::string_view)) {
  std::vector<Trailer> found;
  bool open = false;  // the line before was a trailer, this one may go on with it
  while (!content.empty()) {
    const auto line = without_line_end(next_line(content));
    if (ends(line)) break;
    if (open && !line.empty() && is_blank(line[0]) && !trim(line).empty())
      found.back().value.append(" ").append(trim(line));
    else if (found.size() < max_trailers)
      open = take_trailer(line, found);
    else
      break;
  }
  return found;
}

}  // namespace

std::vector<Trailer> trailers(std::string_view content) {
  return trailers_until(content, ends_message);
}

std::vector<Trailer> reply_trailers(std::string_view content) {
  return trailers_until(content, ends_reply);
}

}  // namespace quilter
