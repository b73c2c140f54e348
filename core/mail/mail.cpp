#include "core/mail/mail.hpp"

#include "core/mail/text.hpp"

namespace quilter {

std::string_view first(const Mail& mail, std::string_view name) {
  for (const auto& field : mail.fields)
    if (equal_ignoring_case(field.name, name)) return field.body;
  return {};
}

std::vector<std::string_view> all(const Mail& mail, std::string_view name) {
  std::vector<std::string_view> bodies;
  for (const auto& field : mail.fields)
    if (equal_ignoring_case(field.name, name)) bodies.emplace_back(field.body);
  return bodies;
}

}  // namespace quilter
