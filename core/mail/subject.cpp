#include "core/mail/subject.hpp"

#include <algorithm>
#include <array>

#include "core/mail/reply_mark.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// Prefixes that end the search for marks: behind "[PATCH]" the name begins, and "vs:" may be a
// driver.
constexpr std::array<std::string_view, 4> known_prefixes{"patch", "rfc", "pull", "resend"};

constexpr std::size_t max_prefixes = 32;  // people use up to six; more are dropped

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

// What a version is glued to: "PATCHv2", but not "ipv6".
bool takes_version(std::string_view stem) {
  constexpr std::array<std::string_view, 7> words{"",     "patch",  "patches", "rfc",
                                                  "pull", "resend", "rft"};
  return stem.ends_with('-') || stem.ends_with('_') || stem.ends_with('.') ||
         std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equal_ignoring_case(stem, word); });
}

// "v2", "-v2", and what is left of "PATCHv2" or "RFC-v2". An unreadable version ("v99999999999") is
// none.
std::optional<std::int32_t> take_version(std::string_view& prefix) {
  const auto digits = end_digits(prefix);
  const auto before = prefix.size() - digits.size();
  if (digits.empty() || before == 0 || to_lower(prefix[before - 1]) != 'v') return std::nullopt;
  if (!takes_version(prefix.substr(0, before - 1))) return std::nullopt;
  const auto version = whole_number(digits);
  prefix = prefix.substr(0, before - 1);
  while (prefix.ends_with('-') || prefix.ends_with('_')) prefix.remove_suffix(1);
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
  for (const auto word : split(name)) {
    if (word.size() < 4 || word[0] != '(' || to_lower(word[1]) != 'v' || !word.ends_with(')'))
      continue;
    if (const auto version = whole_number(word.substr(2, word.size() - 3))) return version;
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

bool has_known_prefix(const Subject& subject) {
  return std::any_of(known_prefixes.begin(), known_prefixes.end(),
                     [&](std::string_view word) { return has_prefix(subject, word); });
}

bool ends_marks(const Subject& subject) {
  return subject.marker || has_known_prefix(subject);
}

// "3/7", "(3/7)", "3/7:".
std::optional<SeriesMarker> marker_word(std::string_view word) {
  if (word.ends_with(':')) word.remove_suffix(1);
  if (word.starts_with('(') && word.ends_with(')')) word = word.substr(1, word.size() - 2);
  const auto marker = take_marker(word);
  return word.empty() ? marker : std::nullopt;
}

bool is_version_word(std::string_view word) {
  return take_version(word) && word.empty();
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

void drop_word(std::string_view& text) {
  text = trim(text.substr(first_word(text).size()));
  if (text.starts_with("- ") || text.starts_with(": ")) text = trim(text.substr(1));
}

// "PATCH v2 3/7: mend it", where somebody left the brackets out. It needs a colon or a number:
// "Patch for the widget" is prose.
bool take_bare_prefixes(Subject& subject, std::string_view& text) {
  auto rest = text;
  Subject read;
  bool sure = false;
  for (bool more = true; more && !rest.empty();) {
    auto word = first_word(rest);
    const bool colon = word.ends_with(':');
    if (colon) word.remove_suffix(1);
    Subject alone;
    take_prefix(alone, word);
    more = !word.empty() && (has_known_prefix(alone) || marker_word(word) || is_version_word(word));
    if (!more) break;
    take_prefix(read, word);
    sure = sure || colon || read.marker;
    drop_word(rest);
    more = !colon;
  }
  if (!sure || !has_known_prefix(read)) return false;
  read.reply = subject.reply;
  read.forward = subject.forward;
  subject = std::move(read);
  text = rest;
  return true;
}

// "[PATCH] 3/7 mend it", "[PATCH] v2: mend it", "[PATCH] mend it (3/7)", "[PATCH] mend it [3/7]":
// numbered by hand.
void take_hand_numbers(Subject& subject, std::string_view& text) {
  const auto version = first_word(text);
  auto behind = text;
  drop_word(behind);
  const auto plain = version.substr(0, version.size() - (version.ends_with(':') ? 1 : 0));
  if (is_version_word(plain) && (version != plain || marker_word(first_word(behind)))) {
    auto word = plain;
    subject.version = take_version(word).value_or(1);
    text = behind;
  }
  if (const auto marker = marker_word(first_word(text))) {
    subject.marker = marker;
    drop_word(text);
    return;
  }
  const auto last = text.substr(text.rfind(' ') + 1);  // npos + 1 is 0
  if (last.size() < 5 || !(last.starts_with('(') || last.starts_with('['))) return;
  auto inside = last.substr(1, last.size() - 2);
  const auto marker = take_marker(inside);
  if (!marker || !inside.empty() || last.back() != (last[0] == '(' ? ')' : ']')) return;
  subject.marker = marker;
  text = trim(text.substr(0, text.size() - last.size()));
}

// Programs write no-break spaces, U+00A0, where people see blanks.
std::string with_plain_blanks(std::string_view text) {
  constexpr std::string_view no_break = "\xC2\xA0";
  std::string plain;
  plain.reserve(text.size());
  for (auto at = text.find(no_break); at != std::string_view::npos; at = text.find(no_break)) {
    plain.append(text.substr(0, at)) += ' ';
    text.remove_prefix(at + no_break.size());
  }
  return plain.append(text);
}

// Marks and brackets, in any order.
void take_front(Subject& subject, std::string_view& rest, std::string_view list_tag) {
  for (bool more = true; more;) {
    if (const auto mark = ends_marks(subject) ? std::nullopt : take_reply_mark(rest)) {
      (*mark == ReplyMark::reply ? subject.reply : subject.forward) = true;
      continue;
    }
    const auto inside = take_bracket(rest);
    if (inside && (list_tag.empty() || !equal_ignoring_case(*inside, list_tag)))
      take_prefixes(subject, *inside);
    more = inside.has_value();
  }
  if (!subject.prefixes.empty() && rest.starts_with(':'))
    rest = trim(rest.substr(1));  // "[Patch]: name"
}

}  // namespace

Subject parse_subject(std::string_view field_body, std::string_view list_tag) {
  Subject subject;
  const auto text = with_plain_blanks(field_body);
  auto rest = trim(text);
  take_front(subject, rest, list_tag);
  if (subject.prefixes.empty() && !subject.marker && take_bare_prefixes(subject, rest) &&
      !subject.marker)
    take_front(subject, rest, list_tag);  // "RESEND: [PATCH 1/2] name"
  if (!subject.marker && has_known_prefix(subject)) take_hand_numbers(subject, rest);
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
