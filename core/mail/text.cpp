#include "core/mail/text.hpp"

#include <algorithm>
#include <limits>

namespace quilter {

bool is_identifier(std::string_view text, std::size_t most, std::string_view marks) {
  const auto is_word = [](char c) { return is_digit(c) || is_letter(c); };
  return !text.empty() && text.size() <= most && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || marks.find(c) != std::string_view::npos; });
}

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

bool starts_ignoring_case(std::string_view text, std::string_view start) {
  return equal_ignoring_case(text.substr(0, start.size()), start);
}

bool contains_ignoring_case(std::string_view text, std::string_view wanted) {
  return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                     [](char a, char b) { return to_lower(a) == to_lower(b); }) != text.end();
}

std::optional<std::int32_t> whole_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    number = number * 10 + (c - '0');
    if (!is_digit(c) || number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  }
  return static_cast<std::int32_t>(number);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  for (auto at = text.find_first_not_of(separators); at != std::string_view::npos;
       at = text.find_first_not_of(separators, at)) {
    const auto end = std::min(text.find_first_of(separators, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace quilter
