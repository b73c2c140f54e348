#include "core/tracking/listing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::array<std::pair<SortKey, std::string_view>, 5> sort_keys{{
    {SortKey::date, "date"},
    {SortKey::state, "state"},
    {SortKey::submitter, "submitter"},
    {SortKey::delegate, "delegate"},
    {SortKey::name, "name"},
}};

constexpr std::string_view undated = "-Infinity";  // as PostgreSQL has it: before all that are

template <typename Number>
bool is_whole(std::string_view text, Number& number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_word_character(char c) {
  return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-' || c == '@';
}

// "%20" for what could mean something else outside; RFC 3986 §2.1.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_word_character(c)) {
      encoded += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    encoded += {'%', digits[octet >> 4U], digits[octet & 0xFU]};
  }
  return encoded;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned octet = 0;
    if (text[i] != '%') {
      decoded += text[i];
    } else if (text.size() - i > 2 && is_whole(text.substr(i + 1, 2), octet, 16)) {
      decoded += static_cast<char>(octet);
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

// What the database takes as a value of this key.
bool is_sound(SortKey key, const std::string& value) {
  std::int64_t number = 0;
  if (key == SortKey::date) return value == undated || is_whole(value, number);
  if (key == SortKey::state) return is_whole(value, number);
  return valid_length(value) == value.size();
}

// "23:59:59Z", "23:59"
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  const auto parts = split(text, ":");
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  constexpr std::array<std::int32_t, 3> ends{24, 60, 60};
  std::int32_t seconds = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto number = i < parts.size() ? whole_number(parts[i]) : 0;
    if (!number || *number < 0 || *number >= ends.at(i)) return std::nullopt;
    seconds = seconds * 60 + *number;
  }
  return std::chrono::seconds{seconds};
}

// "2026-11-21"
std::optional<Timestamp> midnight(std::string_view text) {
  const auto parts = split(text, "-");
  if (parts.size() != 3 || parts[0].size() != 4) return std::nullopt;
  const auto year = whole_number(parts[0]), month = whole_number(parts[1]),
             day = whole_number(parts[2]);
  if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date}};
}

std::optional<std::chrono::seconds> span(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{
      {{"minute", 60}, {"hour", 3'600}, {"day", 86'400}, {"week", 604'800}}};
  const auto words = split(text);
  if (words.size() != 2) return std::nullopt;
  const auto number = whole_number(words[0]);
  auto unit = words[1];
  if (unit.ends_with('s')) unit.remove_suffix(1);
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const auto& known) { return known.first == unit; });
  if (!number || *number < 0 || found == units.end()) return std::nullopt;
  return std::chrono::seconds{*number * found->second};
}

void add_escaped(std::string& pattern, char c) {
  if (c == '%' || c == '_' || c == '\\') pattern += '\\';
  pattern += c;
}

}  // namespace

std::string_view to_string(SortKey key) {
  return sort_keys.at(static_cast<std::size_t>(key)).second;
}

std::optional<SortKey> sort_key(std::string_view text) {
  for (const auto& [key, name] : sort_keys)
    if (name == text) return key;
  return std::nullopt;
}

std::string to_string(const ListPosition& position) {
  return std::string{to_string(position.sort)} + ":" + percent_encoded(position.value) + "-" +
         std::to_string(position.id);
}

std::optional<ListPosition> list_position(std::string_view text) {
  const auto colon = text.find(':'), dash = text.rfind('-');
  if (colon == std::string_view::npos || dash == std::string_view::npos || dash < colon)
    return std::nullopt;
  const auto sort = sort_key(text.substr(0, colon));
  const auto value = percent_decoded(text.substr(colon + 1, dash - colon - 1));
  std::int64_t id = 0;
  if (!sort || !value || !is_sound(*sort, *value) || !is_whole(text.substr(dash + 1), id) || id < 0)
    return std::nullopt;
  return ListPosition{*sort, *value, id};
}

std::optional<Timestamp> since(std::string_view text, Timestamp now) {
  if (const auto back = span(text)) return now - *back;
  const auto end = text.find('T');
  const auto day = midnight(text.substr(0, end));
  if (!day || end == std::string_view::npos) return day;
  const auto time = time_of_day(text.substr(end + 1));
  if (!time) return std::nullopt;
  return *day + *time;
}

std::string like_pattern(std::string_view pattern) {
  std::string like;
  for (const char c : pattern) {
    if (c == '*')
      like += '%';
    else if (c == '?')
      like += '_';
    else
      add_escaped(like, c);
  }
  if (pattern.ends_with('/')) like += '%';
  return like;
}

std::string like_part(std::string_view text) {
  std::string like = "%";
  for (const char c : text) add_escaped(like, c);
  return like + '%';
}

}  // namespace quilter
