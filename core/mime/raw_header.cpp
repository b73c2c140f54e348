#include "core/mime/raw_header.hpp"

#include <algorithm>

#include "core/mail/text.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter::mime {
namespace {

// RFC 5322 §3.6.8: printable ASCII without the colon.
bool is_field_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// "Name: body"; blanks before the colon are obsolete syntax (§4.5).
bool take_field(std::vector<RawField>& fields, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || fields.size() >= max_fields) return false;
  const auto name = trim(line.substr(0, colon));
  if (!is_field_name(name) || is_blank(line[0])) return false;
  fields.push_back({name, std::string{line.substr(colon + 1)}});
  return true;
}

// "From someone Sun Mar  1 08:00:00 2026", which mail folders put above a message.
bool is_folder_line(std::string_view line) {
  return line.starts_with("From ") || line.starts_with(">From ");
}

}  // namespace

RawParts split_message(std::string_view message_bytes) {
  RawParts parts;
  auto rest = message_bytes;
  if (is_folder_line(rest.substr(0, 6))) next_line(rest);
  bool in_field = false;
  while (!rest.empty()) {
    const auto line = without_line_end(next_line(rest));
    if (line.empty()) break;
    if (in_field && is_blank(line[0]))
      parts.fields.back().body += line;
    else
      in_field = take_field(parts.fields, line);
  }
  for (auto& field : parts.fields) field.body = std::string{trim(field.body)};
  parts.body = rest;
  return parts;
}

std::string_view first(const std::vector<RawField>& fields, std::string_view name) {
  for (const auto& field : fields)
    if (equal_ignoring_case(field.name, name)) return field.body;
  return {};
}

}  // namespace quilter::mime
