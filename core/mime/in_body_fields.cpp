#include "core/mime/in_body_fields.hpp"

#include <array>

#include "core/mail/text.hpp"
#include "core/mime/fields.hpp"

namespace quilter::mime {
namespace {

// The name of the field that the line begins, "" where it begins none.
std::string_view field_name(std::string_view line) {
  for (const std::string_view name : {"From", "Subject"})
    if (starts_ignoring_case(line, name) && line.substr(name.size()).starts_with(':')) return name;
  return {};
}

// Takes a field with its continuation lines off the front of `rest`, its line ends included.
std::string_view take_field(std::string_view& rest) {
  const auto whole = rest;
  next_line(rest);
  while (!rest.empty() && is_blank(rest.front())) next_line(rest);
  return whole.substr(0, whole.size() - rest.size());
}

}  // namespace

std::string with_decoded_fields(std::string text) {
  if (text.find("=?") == std::string::npos) return text;
  std::string result;
  result.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const auto name = field_name(rest);
    const auto piece = name.empty() ? next_line(rest) : take_field(rest);
    if (name.empty() || piece.find("=?") == std::string_view::npos)
      result += piece;
    else
      result.append(name).append(": ").append(decoded_field(name, piece.substr(name.size() + 1))) +=
          '\n';
  }
  return result;
}

}  // namespace quilter::mime
