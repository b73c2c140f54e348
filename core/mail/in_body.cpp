#include "core/mail/in_body.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// What git takes for a header field in a body. "MIME-Version" and its kin come with attached `git
// format-patch` files.
constexpr std::array<std::string_view, 7> names{
    "From:",    "Subject:", "Date:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:",
    "X-Mailer:"};

bool is_field(std::string_view line) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return starts_ignoring_case(line, name); });
}

// "From 0123…cdef Mon Sep 17 00:00:00 2001": where `git format-patch` begins a mail.
bool is_format_patch_line(std::string_view line) {
  const auto words = split(line.substr(0, 100));
  return words.size() > 2 && words[0] == "From" && words[1].size() >= 40 &&
         words[1].find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view unescaped(std::string_view line) {  // mbox software puts ">" before "From"
  return line.starts_with(">From") ? line.substr(1) : line;
}

std::string_view without_blank_start(std::string_view text) {
  for (auto rest = text; !rest.empty(); text = rest)
    if (!trim(next_line(rest)).empty()) break;
  return text;
}

}  // namespace

InBody in_body(std::string_view text) {
  InBody found{std::nullopt, text};
  auto rest = without_blank_start(text);
  bool any = false;
  while (!rest.empty()) {
    auto behind = rest;
    const auto line = unescaped(without_line_end(next_line(behind)));
    const bool continued = any && !line.empty() && is_blank(line[0]) && !trim(line).empty();
    if (!continued && !is_format_patch_line(line)) {
      if (!is_field(line)) break;
      if (starts_ignoring_case(line, "From:")) {
        auto authors = mailboxes(line.substr(5));
        if (authors.empty()) break;  // prose
        if (!found.author) found.author = std::move(authors.front());
      }
    }
    any = true;
    rest = behind;
  }
  if (any) found.rest = rest;
  return found;
}

}  // namespace quilter
