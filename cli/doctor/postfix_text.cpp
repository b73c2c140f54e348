// The forms in which Postfix writes things.

#include <algorithm>
#include <cstdint>

#include "cli/doctor/postfix.hpp"
#include "core/mail/text.hpp"

namespace quilter::doctor {
namespace {

constexpr std::string_view between_milters = ", \t\r\n";

MilterEntry entry_of(std::string_view text) {
  MilterEntry entry;
  const auto words = split(text, between_milters);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (i == 0)
      entry.name = words[i];
    else if (equals != std::string_view::npos)
      entry.settings.emplace(words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  return entry;
}

// "default_action = accept" as "default_action=accept", which postconf(5) allows as well.
std::string with_tight_equals(std::string_view text) {
  std::string tight;
  for (const char c : text) {
    const bool after_equals = tight.ends_with('=');
    if (is_space(c) && after_equals) continue;
    if (c == '=')
      while (!tight.empty() && is_space(tight.back())) tight.pop_back();
    tight += c;
  }
  return tight;
}

}  // namespace

Values values_of(std::string_view text) {
  Values values;
  while (!text.empty()) {
    const auto line = next_line(text);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    values.insert_or_assign(std::string{trim(line.substr(0, equals))},
                            std::string{trim(line.substr(equals + 1))});
  }
  return values;
}

// postconf(5), smtpd_milters: blanks and commas divide; what stands in braces is one entry.
std::vector<MilterEntry> milter_list(std::string_view text) {
  std::vector<MilterEntry> entries;
  while (true) {
    const auto start = text.find_first_not_of(between_milters);
    if (start == std::string_view::npos) return entries;
    text.remove_prefix(start);
    const bool braced = text.front() == '{';
    const auto end =
        std::min(braced ? text.find('}') : text.find_first_of(between_milters), text.size());
    const auto length = std::min(end + (braced ? 1 : 0), text.size());
    auto entry = entry_of(with_tight_equals(text.substr(braced ? 1 : 0, end - (braced ? 1 : 0))));
    entry.text = text.substr(0, length);
    entries.push_back(std::move(entry));
    text.remove_prefix(length);
  }
}

std::optional<std::chrono::seconds> postfix_time(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t unit = 1;
  switch (text.back()) {
    case 's':
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3'600;
      break;
    case 'd':
      unit = 86'400;
      break;
    case 'w':
      unit = 604'800;
      break;
    default:
      unit = 0;
  }
  const auto count = whole_number(unit == 0 ? text : text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  return std::chrono::seconds{*count * (unit == 0 ? 1 : unit)};
}

}  // namespace quilter::doctor
