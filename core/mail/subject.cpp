#include "core/mail/subject.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// What mail programs put before a subject when they answer or forward, lower case.
constexpr std::array<std::string_view, 13> reply_marks{
    "re", "aw", "sv", "antw", "antwort", "vs", "odp", "ynt", "res", "atb", "回复", "答复", "回覆"};
constexpr std::array<std::string_view, 7> forward_marks{"fwd", "fw",   "wg",  "vb",
                                                        "tr",  "转发", "轉寄"};

// Prefixes that end the search for marks: behind "[PATCH]" the name begins, and "vs:" may be a
// driver.
constexpr std::array<std::string_view, 4> known_prefixes{"patch", "rfc", "pull", "resend"};

constexpr std::size_t max_prefixes = 32;  // people use up to six; more are dropped

// "[2]", "(2)", "^2": how many answers there were, as some programs count.
void drop_count(std::string_view& text) {
  const auto digits_from = [&](std::size_t at) {
    return std::min(text.find_first_not_of("0123456789", at), text.size());
  };
  if (text.empty()) return;
  const auto end = digits_from(1);
  if (end == 1) return;
  if (text[0] == '^')
    text.remove_prefix(end);
  else if (end < text.size() &&
           ((text[0] == '[' && text[end] == ']') || (text[0] == '(' && text[end] == ')')))
    text.remove_prefix(end + 1);
}

// Takes "Re: " off the front, where `marks` has it.
template <typename Marks>
bool take_mark(std::string_view& text, const Marks& marks) {
  for (const auto mark : marks) {
    if (!starts_ignoring_case(text, mark)) continue;
    auto rest = text.substr(mark.size());
    drop_count(rest);
    while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
    constexpr std::string_view wide_colon = "：";
    const auto colon = rest.starts_with(':')          ? 1
                       : rest.starts_with(wide_colon) ? wide_colon.size()
                                                      : 0;
    if (colon == 0) continue;
    text = trim(rest.substr(colon));
    return true;
  }
  return false;
}

// Takes "[…] " off the front and gives what it held.
std::optional<std::string_view> take_bracket(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  const auto close = text.find(']');
  if (close == std::string_view::npos) return std::nullopt;
  const auto inside = trim(text.substr(1, close - 1));
  text = trim(text.substr(close + 1));
  return inside;
}

// The digits that `text` ends with.
std::string_view end_digits(std::string_view text) {
  return text.substr(text.find_last_not_of("0123456789") + 1);  // npos + 1 is 0
}

// "v2", "-v2", and what is left of "PATCHv2" or "RFC-v2". An unreadable version ("v99999999999") is
// none.
std::optional<std::int32_t> take_version(std::string_view& prefix) {
  const auto digits = end_digits(prefix);
  const auto before = prefix.size() - digits.size();
  if (digits.empty() || before == 0 || to_lower(prefix[before - 1]) != 'v') return std::nullopt;
  const auto version = whole_number(digits);
  prefix = prefix.substr(0, before - 1);
  while (prefix.ends_with('-')) prefix.remove_suffix(1);
  return std::max(version.value_or(1), 1);
}

// Takes the marker off the end of a prefix: "v2PATCH12/15" leaves "v2PATCH".
std::optional<SeriesMarker> take_marker(std::string_view& prefix) {
  const auto slash = prefix.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto first = end_digits(prefix.substr(0, slash));
  const auto number = whole_number(first);
  const auto total = whole_number(prefix.substr(slash + 1));
  if (!number || !total) return std::nullopt;
  prefix = prefix.substr(0, slash - first.size());
  return SeriesMarker{*number, *total};
}

bool is_marker_shaped(std::string_view prefix) {
  return prefix.find('/') != std::string_view::npos &&
         prefix.find_first_not_of("0123456789/") == std::string_view::npos;
}

// "v2PATCH": a version glued to the front.
std::optional<std::int32_t> take_front_version(std::string_view& prefix) {
  if (prefix.empty() || to_lower(prefix[0]) != 'v') return std::nullopt;
  const auto end = std::min(prefix.find_first_not_of("0123456789", 1), prefix.size());
  if (end == 1 || !starts_ignoring_case(prefix.substr(end), "patch")) return std::nullopt;
  const auto version = whole_number(prefix.substr(1, end - 1));
  prefix = prefix.substr(end);
  return std::max(version.value_or(1), 1);
}

void take_prefix(Subject& subject, std::string_view prefix) {
  while (!prefix.empty() && (prefix.front() == '-' || prefix.front() == '['))
    prefix.remove_prefix(1);
  if (const auto marker = take_marker(prefix))
    subject.marker = marker;
  else if (is_marker_shaped(prefix))
    return;  // numbers that do not fit
  if (const auto version = take_version(prefix))
    subject.version = *version;
  else if (const auto glued = take_front_version(prefix))
    subject.version = *glued;
  if (!prefix.empty() && subject.prefixes.size() < max_prefixes)
    subject.prefixes.emplace_back(prefix);
}

// True where `words` has "3 of 7" at `at`, as Mercurial writes it.
bool take_x_of_n(Subject& subject, const std::vector<std::string_view>& words, std::size_t at) {
  if (at + 2 >= words.size() || !equal_ignoring_case(words[at + 1], "of")) return false;
  const auto number = whole_number(words[at]);
  const auto total = whole_number(words[at + 2]);
  if (!number || !total) return false;
  subject.marker = SeriesMarker{*number, *total};
  return true;
}

void take_prefixes(Subject& subject, std::string_view inside) {
  const auto words = split(inside, " \t,");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (take_x_of_n(subject, words, i))
      i += 2;
    else
      take_prefix(subject, words[i]);
  }
}

// "mend it (v3)": seen where people number by hand.
std::optional<std::int32_t> version_in_name(std::string_view name) {
  if (!name.ends_with(')')) return std::nullopt;
  name.remove_suffix(1);
  const auto digits = end_digits(name);
  name.remove_suffix(digits.size());
  if (digits.empty() || name.size() < 2 || to_lower(name.back()) != 'v' ||
      name[name.size() - 2] != '(')
    return std::nullopt;
  return whole_number(digits);
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

bool ends_marks(const Subject& subject) {
  return subject.marker ||
         std::any_of(known_prefixes.begin(), known_prefixes.end(),
                     [&](std::string_view word) { return has_prefix(subject, word); });
}

}  // namespace

Subject parse_subject(std::string_view field_body, std::string_view list_tag) {
  Subject subject;
  auto rest = trim(field_body);
  for (bool more = true; more;) {
    more = false;
    if (!ends_marks(subject)) {
      if (take_mark(rest, reply_marks))
        more = subject.reply = true;
      else if (take_mark(rest, forward_marks))
        more = subject.forward = true;
    }
    if (more) continue;
    if (const auto inside = take_bracket(rest)) {
      if (list_tag.empty() || !equal_ignoring_case(*inside, list_tag))
        take_prefixes(subject, *inside);
      more = true;
    }
  }
  if (!subject.prefixes.empty() && rest.starts_with(':')) rest.remove_prefix(1);  // "[Patch]: name"
  subject.name = joined(split(rest));
  if (subject.version == 1)
    subject.version = std::max(version_in_name(subject.name).value_or(1), 1);
  return subject;
}

std::optional<SeriesMarker> series_marker(std::string_view prefix) {
  return take_marker(prefix);
}

bool has_prefix(const Subject& subject, std::string_view word) {
  return std::any_of(subject.prefixes.begin(), subject.prefixes.end(),
                     [&](std::string_view prefix) {
                       if (!starts_ignoring_case(prefix, word)) return false;
                       const auto rest = prefix.substr(word.size());
                       return rest.empty() || is_digit(rest[0]) || take_version(prefix);
                     });
}

}  // namespace quilter
