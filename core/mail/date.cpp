#include "core/mail/date.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp year_10000 =
    std::chrono::sys_days{std::chrono::year{10000} / std::chrono::January / 1};
constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

struct Zone {
  std::string_view name;
  int hours;
};
// RFC 5322 §4.3. The military letters and every other name say nothing sure: UTC.
constexpr std::array zones{Zone{"est", -5}, Zone{"edt", -4}, Zone{"cst", -6}, Zone{"cdt", -5},
                           Zone{"mst", -7}, Zone{"mdt", -6}, Zone{"pst", -8}, Zone{"pdt", -7}};

// The parts of a date as its words give them, in whatever order ("1 Mar 2026 08:00", "Mar 1
// 08:00:00 2026").
struct Words {
  std::optional<std::int32_t> day, month, year;
  std::optional<seconds> time;
  std::optional<minutes> offset;
  bool nonsense = false;
};

// RFC 5322 §3.2.2: a comment is blank; comments nest.
std::string without_comments(std::string_view text) {
  std::string result;
  std::size_t depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) result += c;
    if (c == ')' && depth > 0) --depth;
  }
  return result;
}

// "08:00:00", "08:00", "08.00.00".
std::optional<seconds> time_of_day(std::string_view word) {
  const auto fields = split(word, ":.");
  if (fields.size() < 2 || fields.size() > 3) return std::nullopt;
  const auto hour = whole_number(fields[0]);
  const auto minute = whole_number(fields[1]);
  const auto second = fields.size() == 3 ? whole_number(fields[2]) : 0;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return hours{*hour} + minutes{*minute} + seconds{*second};
}

// "+0530": RFC 5322 §3.3.
std::optional<minutes> numeric_zone(std::string_view word) {
  std::string digits{word.substr(1)};
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);  // "+01:00"
  const auto value = whole_number(digits);
  if (!value || digits.size() != 4 || *value % 100 > 59 || *value > 2400) return std::nullopt;
  const auto offset = hours{*value / 100} + minutes{*value % 100};
  return word[0] == '-' ? -offset : offset;
}

// RFC 5322 §4.3: 00–49 is 20xx, 50–99 and three digits count from 1900.
std::int32_t full_year(std::int32_t year, std::size_t digits) {
  if (digits == 2) return year + (year < 50 ? 2000 : 1900);
  return digits == 3 ? year + 1900 : year;
}

void take_number(Words& words, std::string_view word) {
  const auto value = whole_number(word);
  if (value && !words.day && word.size() <= 2)
    words.day = value;
  else if (value && !words.year && word.size() >= 2 && word.size() <= 4)
    words.year = full_year(*value, word.size());
  else
    words.nonsense = true;
}

void take_name(Words& words, std::string_view word) {
  for (std::size_t i = 0; i < months.size() && !words.month; ++i)
    if (starts_ignoring_case(word, months[i])) {
      words.month = static_cast<std::int32_t>(i) + 1;
      return;
    }
  if (!words.time || words.offset) return;  // a weekday, or a zone's name after its number
  words.offset = minutes{0};
  for (const auto& zone : zones)
    if (equal_ignoring_case(word, zone.name)) words.offset = hours{zone.hours};
}

bool is_time(std::string_view word) {
  return is_digit(word[0]) && (word.find(':') != std::string_view::npos ||
                               std::count(word.begin(), word.end(), '.') == 2);
}

void take(Words& words, std::string_view word) {
  if (words.time && (word[0] == '+' || word[0] == '-')) {
    words.offset = numeric_zone(word);
    words.nonsense |= !words.offset;
  } else if (is_time(word)) {
    if (!words.time) words.time = time_of_day(word);
    words.nonsense |= !words.time;
  } else if (is_digit(word[0])) {
    take_number(words, word);
  } else {
    take_name(words, word);
  }
}

// "08:00:00+0100" is two, "2-Mar-2026" three.
void take_glued(Words& words, std::string_view word) {
  if (is_time(word)) {
    const auto zone = std::min(word.find_first_of("+-"), word.size());
    take(words, word.substr(0, zone));
    if (zone < word.size()) take(words, word.substr(zone));
  } else if (is_digit(word[0])) {
    for (const auto part : split(word, "-")) take(words, part);
  } else {
    take(words, word);
  }
}

}  // namespace

std::optional<Timestamp> parse_date(std::string_view field_body) {
  const auto text = without_comments(field_body);
  Words words;
  for (const auto word : split(text, " \t\r\n,")) take_glued(words, word);
  if (words.nonsense || !words.day || !words.month || !words.year || !words.time)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*words.year},
                                         std::chrono::month{static_cast<unsigned>(*words.month)},
                                         std::chrono::day{static_cast<unsigned>(*words.day)}};
  if (!date.ok()) return std::nullopt;
  const Timestamp time =
      std::chrono::sys_days{date} + *words.time - words.offset.value_or(minutes{0});
  if (time < Timestamp{} || time >= year_10000) return std::nullopt;
  return time;
}

std::string iso8601(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace quilter
