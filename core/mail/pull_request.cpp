#include "core/mail/pull_request.hpp"

#include <algorithm>
#include <array>
#include <vector>

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

struct Word {
  std::string_view text;
  std::size_t line = 0;
  bool alone = false;  // the only word of its line
};

// Most mails ask for nothing: to split a long diff into words costs more than all other reading.
bool has_where_phrase(std::string_view text) {
  constexpr std::string_view before_colon = "at";
  constexpr std::string_view before_blanks = "repository";
  for (auto at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    if (at < before_colon.size()) continue;
    const auto start = at - before_colon.size();
    if (!equal_ignoring_case(text.substr(start, before_colon.size()), before_colon)) continue;
    const auto before = text.substr(0, text.find_last_not_of(" \t\r\n\f\v", start - 1) + 1);
    if (before.size() >= before_blanks.size() &&
        equal_ignoring_case(before.substr(before.size() - before_blanks.size()), before_blanks))
      return true;
  }
  return false;
}

// Wrapping and indentation are gone once the text is words.
std::vector<Word> words_of(std::string_view content) {
  std::vector<Word> words;
  for (std::size_t line = 0; !content.empty(); ++line) {
    const auto of_line = split(next_line(content));
    for (const auto word : of_line) words.push_back({word, line, of_line.size() == 1});
  }
  return words;
}

// The index behind `phrase`, whose words stand there from `at` on; 0 where they don't.
std::size_t behind(const std::vector<Word>& words, std::size_t at,
                   const std::vector<std::string_view>& phrase) {
  if (words.size() - at < phrase.size()) return 0;
  for (std::size_t i = 0; i < phrase.size(); ++i)
    if (!equal_ignoring_case(words[at + i].text, phrase[i])) return 0;
  return at + phrase.size();
}

// The index behind the first place, from `at` on, that has one of `phrases`; 0 where there is none.
template <typename Phrases>
std::size_t find_behind(const std::vector<Word>& words, std::size_t at, const Phrases& phrases) {
  std::vector<std::vector<std::string_view>> wanted;
  wanted.reserve(phrases.size());
  for (const auto phrase : phrases) wanted.push_back(split(phrase));
  for (; at < words.size(); ++at)
    for (const auto& phrase : wanted)
      if (const auto end = behind(words, at, phrase)) return end;
  return 0;
}

// What git-request-pull wrote since 2005.
constexpr std::array<std::string_view, 2> where_phrases{"available in the git repository at:",
                                                        "found in the git repository at:"};
constexpr std::array<std::string_view, 1> base_phrases{"following changes since commit"};
constexpr std::array<std::string_view, 1> tip_phrases{"fetch changes up to"};

// A whole object name (SHA-1 or SHA-256) or an abbreviation of one.
std::string commit_at(const std::vector<Word>& words, std::size_t at) {
  if (at == 0 || at >= words.size()) return {};
  auto text = words[at].text;
  while (text.ends_with(':') || text.ends_with('.')) text.remove_suffix(1);
  const auto hexadecimal = text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return hexadecimal && text.size() >= 7 && text.size() <= 64 ? std::string{text} : std::string{};
}

// "https://host/tree.git", "git@host:tree.git".
bool is_url(std::string_view text) {
  if (!is_sound(text)) return false;
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) return scheme > 0;
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && text.find(':', at) != std::string_view::npos;
}

// On the URL's line, or alone on the next one, where a mail program wrapped it.
std::string ref_behind(const std::vector<Word>& words, std::size_t url) {
  const auto at = url + 1;
  if (at >= words.size() || !is_sound(words[at].text)) return {};
  const auto same_line = words[at].line == words[url].line;
  const auto wrapped = words[at].line == words[url].line + 1 && words[at].alone;
  return same_line || wrapped ? std::string{words[at].text} : std::string{};
}

}  // namespace

std::optional<PullRequest> pull_request(std::string_view content) {
  if (!has_where_phrase(content)) return std::nullopt;
  const auto words = words_of(content);
  const auto url = find_behind(words, 0, where_phrases);
  if (url == 0 || url >= words.size() || !is_url(words[url].text)) return std::nullopt;
  PullRequest pull;
  pull.url = words[url].text;
  pull.ref = ref_behind(words, url);
  if (const auto base = find_behind(words, 0, base_phrases); base < url)
    pull.base = commit_at(words, base);
  pull.tip = commit_at(words, find_behind(words, url, tip_phrases));
  return pull;
}

}  // namespace quilter
