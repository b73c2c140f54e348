#include "cli/doctor/finding.hpp"

#include <algorithm>
#include <array>

namespace quilter::doctor {

bool has(const Findings& findings, Level level) {
  return std::ranges::find(findings, level, &Finding::level) != findings.end();
}

std::string_view to_string(Level level) {
  constexpr std::array<std::string_view, 4> names{"ok", "warning", "wrong", "skipped"};
  return names.at(static_cast<std::size_t>(level));
}

std::string word(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos)
    return std::string{text};
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string all;
  for (const auto& text : texts) {
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

}  // namespace quilter::doctor
