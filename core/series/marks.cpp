#include "core/series/marks.hpp"

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";

std::string_view take_label(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const auto label = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return label;
}

// "1473632524-8585-2-git-send-email-ann@example.org": the number stands before "-git-send-email-".
std::optional<std::string> old_send_email(std::string_view id) {
  const auto mark = id.find("-git-send-email-");
  if (mark == std::string_view::npos) return std::nullopt;
  const auto dash = id.rfind('-', mark - 1);
  if (mark == 0 || dash == std::string_view::npos) return std::nullopt;
  return std::string{id.substr(0, dash)} + std::string{id.substr(mark)};
}

// "20240106223934.86167-4-ann@example.org": time, process, number.
std::optional<std::string> send_email(std::string_view id) {
  auto rest = id;
  const auto run = take_label(rest, '-');
  const auto number = take_label(rest, '-');
  if (!all_of(run, "0123456789.") || run.find('.') == std::string_view::npos) return std::nullopt;
  if (!all_of(number, digits) || rest.empty()) return std::nullopt;
  return std::string{run} + "-" + std::string{rest};
}

// "cover.1704102116.git.ann@example.org", "<hash>.1704102116.git.ann@example.org", "cover.v2.…".
std::optional<std::string> format_patch(std::string_view id) {
  auto rest = id;
  const auto own = take_label(rest, '.');
  if (own != "cover" && (own.size() < 40 || !all_of(own, "0123456789abcdef"))) return std::nullopt;
  if (rest.starts_with('v')) take_label(rest, '.');
  auto after_time = rest;
  if (!all_of(take_label(after_time, '.'), digits) || !after_time.starts_with("git."))
    return std::nullopt;
  return std::string{rest};
}

// "20240101-mend-it-v1-3-f3ce38ad915d@example.org": date, slug, version, number, hash.
std::optional<std::string> b4(std::string_view id) {
  const auto at = id.find('@');
  if (at == std::string_view::npos || !all_of(id.substr(0, id.find('-')), digits))
    return std::nullopt;
  const auto hash = id.rfind('-', at);
  if (hash == std::string_view::npos || hash == 0) return std::nullopt;
  const auto number = id.rfind('-', hash - 1);
  if (number == std::string_view::npos || number == 0) return std::nullopt;
  const auto version = id.rfind('-', number - 1);
  if (version == std::string_view::npos) return std::nullopt;
  const auto is_version = id.substr(version + 1, 1) == "v" &&
                          all_of(id.substr(version + 2, number - version - 2), digits);
  if (!is_version || !all_of(id.substr(number + 1, hash - number - 1), digits)) return std::nullopt;
  return std::string{id.substr(0, number)} + std::string{id.substr(at)};
}

}  // namespace

std::optional<std::string> sending_run(std::string_view message_id) {
  for (const auto rule : {old_send_email, send_email, format_patch, b4})
    if (auto run = rule(message_id)) return run;
  return std::nullopt;
}

std::string plain_name(std::string_view name) {
  std::string plain;
  bool gap = false;
  for (const char c : name) {
    const bool word = is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
    if (word && gap && !plain.empty()) plain += ' ';
    if (word) plain += to_lower(c);
    gap = !word;
  }
  return plain;
}

}  // namespace quilter
