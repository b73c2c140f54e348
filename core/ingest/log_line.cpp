#include "core/ingest/log_line.hpp"

#include <array>
#include <charconv>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_reason_told = 500;

std::string shown(const LogField& field) {
  const std::string name = std::string{field.key} + '=';
  switch (field.form) {
    case LogField::Form::plain:
      return name + field.value;
    case LogField::Form::quoted:
      return name + '"' + field.value + '"';
    case LogField::Form::angled:
      return name + '<' + field.value + '>';
    case LogField::Form::bare:
      return field.value;
    case LogField::Form::bracketed:
      return '(' + field.value + ')';
  }
  return {};
}

}  // namespace

LogField text_field(std::string_view key, std::string_view text) {
  return {key, printable(text)};
}

LogField number_field(std::string_view key, std::int64_t number) {
  return {key, std::to_string(number)};
}

LogField milliseconds_field(std::string_view key, double milliseconds) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                          milliseconds, std::chars_format::fixed, 1);
  return {key, error == std::errc{} ? std::string{digits.data(), end} : "?"};
}

LogField reason_field(std::string_view why, LogField::Form form) {
  return {"reason", printable(why, longest_reason_told), form};
}

std::string text_of(const LogLine& line) {
  std::string text = line.queue_id.empty() ? "" : line.queue_id + ": ";
  text += line.event;
  bool first = line.event.empty();
  for (const auto& field : line.fields) {
    const bool in_list = line.event.empty() && field.form != LogField::Form::bracketed;
    text.append(first ? "" : in_list ? ", " : " ").append(shown(field));
    first = false;
  }
  return text;
}

}  // namespace quilter
