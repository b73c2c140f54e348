#include "core/store/sql.hpp"

namespace quilter::sql {

std::string array(const std::vector<std::string>& elements) {
  std::string literal = "{";
  for (const auto& element : elements) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + "}";
}

std::string array(const std::vector<std::int64_t>& elements) {
  std::string literal = "{";
  for (const auto element : elements) {
    if (literal.size() > 1) literal += ',';
    literal += std::to_string(element);
  }
  return literal + "}";
}

std::vector<std::string> texts(const pqxx::field& array) {
  std::vector<std::string> elements;
  pqxx::array_parser parser{array.c_str()};
  for (auto next = parser.get_next(); next.first != pqxx::array_parser::done;
       next = parser.get_next())
    if (next.first == pqxx::array_parser::string_value) elements.push_back(next.second);
  return elements;
}

std::vector<std::int64_t> integers(const pqxx::field& array) {
  std::vector<std::int64_t> numbers;
  if (!array.is_null())
    for (const auto& text : texts(array)) numbers.push_back(std::stoll(text));
  return numbers;
}

std::string time(const std::optional<Timestamp>& time) {
  return time ? iso8601(*time) : "";
}

std::string number(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::optional<Timestamp> epoch(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return Timestamp{std::chrono::seconds{field.as<std::int64_t>()}};
}

}  // namespace quilter::sql
