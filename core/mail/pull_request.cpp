#include "core/mail/pull_request.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_url = 2000;

// What may be shown, and handed to git: `git pull URL REF`.
bool is_sound(std::string_view word) {
  return word.size() <= longest_url && std::all_of(word.begin(), word.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte != 0x7F;
         });
}

// Takes the next word, and the blanks before it, off the front of `text`; "" at the end. Wrapping
// and indentation are gone once a text is words.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const auto word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

// Most mails ask for nothing: to split a long diff into words costs more than all other reading.
bool has_where_phrase(std::string_view text) {
  constexpr std::string_view before_colon = "at";
  constexpr std::string_view before_blanks = "repository";
  for (auto at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    if (at <= before_colon.size()) continue;
    const auto start = at - before_colon.size();
    if (!equal_ignoring_case(text.substr(start, before_colon.size()), before_colon)) continue;
    const auto before = text.substr(0, text.find_last_not_of(" \t\r\n\f\v", start - 1) + 1);
    if (before.size() >= before_blanks.size() &&
        equal_ignoring_case(before.substr(before.size() - before_blanks.size()), before_blanks))
      return true;
  }
  return false;
}

// What stands behind `phrase`, whose words `text` begins with; nothing where it does not.
std::optional<std::string_view> behind(std::string_view text, std::string_view phrase) {
  while (!phrase.empty())
    if (!equal_ignoring_case(take_word(phrase), take_word(text))) return std::nullopt;
  return text;
}

// What stands behind the first place that has one of `phrases`.
template <typename Phrases>
std::optional<std::string_view> find_behind(std::string_view text, const Phrases& phrases) {
  for (; !text.empty(); take_word(text))
    for (const auto phrase : phrases)
      if (const auto found = behind(text, phrase)) return found;
  return std::nullopt;
}

// What git-request-pull wrote since 2005.
constexpr std::array<std::string_view, 2> where_phrases{"available in the git repository at:",
                                                        "found in the git repository at:"};
constexpr std::array<std::string_view, 1> base_phrases{"following changes since commit"};
constexpr std::array<std::string_view, 1> tip_phrases{"fetch changes up to"};

// A whole object name (SHA-1 or SHA-256) or an abbreviation of one.
std::string commit_at(std::optional<std::string_view> text) {
  if (!text) return {};
  auto name = take_word(*text);
  while (name.ends_with(':') || name.ends_with('.')) name.remove_suffix(1);
  const auto hexadecimal = name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return hexadecimal && name.size() >= 7 && name.size() <= 64 ? std::string{name} : std::string{};
}

// Programs put links into angle brackets.
std::string_view without_brackets(std::string_view word) {
  if (word.starts_with('<') && word.ends_with('>')) return word.substr(1, word.size() - 2);
  return word;
}

// "https://host/tree.git", "git@host:tree.git", "host.example:/pub/tree.git".
bool is_url(std::string_view text) {
  if (!is_sound(text)) return false;
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) return scheme > 0;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto host = text.substr(0, colon);
  const auto at = host.find('@');
  if (at != std::string_view::npos) return at > 0;
  return host.find('.') != std::string_view::npos &&
         text.find('/', colon) != std::string_view::npos;
}

// On the URL's line, or alone on the next one, where a mail program wrapped it.
std::string ref_in(std::string_view behind_url) {
  auto line = next_line(behind_url);
  const bool wrapped = trim(line).empty() || trim(line) == "\\";
  if (wrapped) line = next_line(behind_url);
  const auto ref = take_word(line);
  const bool alone = trim(line).empty();
  return is_sound(ref) && (!wrapped || alone) ? std::string{ref} : std::string{};
}

}  // namespace

std::optional<PullRequest> pull_request(std::string_view content) {
  if (!has_where_phrase(content)) return std::nullopt;
  const auto where = find_behind(content, where_phrases);
  if (!where) return std::nullopt;
  auto rest = *where;
  const auto url = without_brackets(take_word(rest));
  if (!is_url(url)) return std::nullopt;
  PullRequest pull;
  pull.url = url;
  pull.ref = ref_in(rest);
  if (const auto base = find_behind(content, base_phrases); base && base->size() > where->size())
    pull.base = commit_at(base);
  pull.tip = commit_at(find_behind(rest, tip_phrases));
  return pull;
}

}  // namespace quilter
