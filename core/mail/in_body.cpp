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

std::string_view without_blank_lines_above(std::string_view text) {
  for (auto rest = text; !rest.empty(); text = rest)
    if (!trim(next_line(rest)).empty()) break;
  return text;
}

// False where the line, though it has a field's name, is prose.
bool take_field(InBody& found, std::string_view line) {
  if (starts_ignoring_case(line, "From:")) {
    auto authors = mailboxes(line.substr(5));
    if (authors.empty()) return false;
    if (!found.author) found.author = std::move(authors.front());
  }
  if (starts_ignoring_case(line, "Subject:") && found.subject.empty())
    found.subject = trim(line.substr(8));
  return true;
}

// The next line with those that continue it (RFC 5322 §2.2.3), unfolded.
std::string take_unfolded(std::string_view& rest) {
  std::string line{unescaped(without_line_end(next_line(rest)))};
  while (!rest.empty() && is_blank(rest.front())) {
    auto behind = rest;
    const auto more = trim(next_line(behind));
    if (more.empty()) break;
    line.append(" ").append(more);
    rest = behind;
  }
  return line;
}

// "# HG changeset patch", "# User Ann <ann@x.org>": what `hg export` writes above the message. Its
// lines stay in the text.
std::optional<Mailbox> mercurial_user(std::string_view text) {
  text = without_blank_lines_above(text);
  if (without_line_end(next_line(text)) != "# HG changeset patch") return std::nullopt;
  constexpr std::string_view user = "# User ";
  while (text.starts_with("# ")) {
    const auto line = next_line(text);
    if (!line.starts_with(user)) continue;
    auto users = mailboxes(line.substr(user.size()));
    return users.empty() ? std::nullopt : std::optional{std::move(users.front())};
  }
  return std::nullopt;
}

}  // namespace

InBody in_body(std::string_view text) {
  InBody found{mercurial_user(text), {}, text};
  auto rest = without_blank_lines_above(text);
  while (!rest.empty()) {
    auto behind = rest;
    if (!is_format_patch_line(unescaped(without_line_end(next_line(behind))))) {
      behind = rest;
      const auto field = take_unfolded(behind);
      if (!is_field(field) || !take_field(found, field)) break;
    }
    found.rest = rest = behind;
  }
  return found;
}

}  // namespace quilter
