#include "core/mail/footer.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t most_footer_lines = 20;  // more is not a footer, but text

using Block = const std::string_view*;  // lines without their ends, from the candidate on

bool has_only(std::string_view line, char c, std::size_t at_least) {
  return line.size() >= at_least && line.find_first_not_of(c) == std::string_view::npos;
}

bool is_quote_or_trailer(std::string_view line) {
  return line.starts_with('>') || contains_ignoring_case(line.substr(0, 40), "-by: ");
}

bool speaks_of_list(std::string_view line) {
  constexpr std::array<std::string_view, 4> words{"mailing list", "listinfo", "unsubscribe",
                                                  "mailman"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains_ignoring_case(line, word); });
}

// RFC 3676 §4.3. Some programs lose the blank; then what follows must be git's version.
bool is_signature(Block begin, Block end) {
  const auto next = end - begin > 1 ? begin[1] : std::string_view{};
  if (*begin == "--") return is_git_version(next) || speaks_of_list(next);
  return *begin == "-- " && std::none_of(begin + 1, end, is_quote_or_trailer);
}

// Mailman's: a line of underscores, then the list's name and address.
bool is_list_footer(Block begin, Block end) {
  return has_only(*begin, '_', 20) && std::any_of(begin + 1, end, speaks_of_list) &&
         std::none_of(begin + 1, end, is_quote_or_trailer);
}

// Of groups.io, SourceForge, ezmlm, old Google and Yahoo groups: a line drawn with dashes, above
// words about the list.
bool is_drawn_footer(Block begin, Block end) {
  constexpr std::array<std::string_view, 7> words{"unsubscribe",   "groups.io",   "google groups",
                                                  "yahoo! groups", "yahoogroups", "sourceforge.net",
                                                  "slashdot.org"};
  const auto speaks = [&](std::string_view line) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return contains_ignoring_case(line, word); });
  };
  return begin->size() >= 20 && begin->starts_with('-') &&
         std::count(begin->begin(), begin->end(), '-') * 3 > std::ssize(*begin) &&
         begin->find('|') == std::string_view::npos && std::any_of(begin, end, speaks) &&
         std::none_of(begin + 1, end, is_quote_or_trailer);
}

// vger's: "-" or "--", and how to leave.
bool is_vger_footer(Block begin, Block end) {
  return (*begin == "-" || *begin == "--") && end - begin > 1 &&
         begin[1].starts_with("To unsubscribe from this list: send the line");
}

using Form = bool (*)(Block, Block);
constexpr std::array<Form, 4> forms{is_signature, is_list_footer, is_drawn_footer, is_vger_footer};

std::string_view without_blank_end(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  const auto line_end = text.find('\n', end);
  return text.substr(0, line_end == std::string_view::npos ? text.size() : line_end + 1);
}

std::string_view without_blank_start(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return text.substr(text.substr(0, start).rfind('\n') + 1);  // npos + 1 is 0
}

// The last lines of the text, at most so many as a footer may have.
std::string_view tail_of(std::string_view text) {
  auto start = text.size();
  for (std::size_t count = 0; count <= most_footer_lines && start > 0; ++count) {
    const auto line_end = start > 1 ? text.rfind('\n', start - 2) : std::string_view::npos;
    start = line_end == std::string_view::npos ? 0 : line_end + 1;
  }
  return text.substr(start);
}

// The text without its last footer; the same text where it has none.
std::string_view without_one_footer(std::string_view text) {
  const auto tail = tail_of(text);
  std::vector<std::string_view> lines;
  for (auto rest = tail; !rest.empty();) lines.push_back(without_line_end(next_line(rest)));
  const Block end = lines.data() + lines.size();
  for (auto at = lines.size(); at-- > 0;)
    for (const auto form : forms)
      if (form(lines.data() + at, end)) {
        const auto cut = static_cast<std::size_t>(lines[at].data() - text.data());
        return without_blank_end(text.substr(0, cut));
      }
  return text;
}

}  // namespace

bool is_git_version(std::string_view line) {
  const auto dot = line.find('.');
  return dot != std::string_view::npos && dot > 0 && whole_number(line.substr(0, dot)) &&
         line.size() < 60;
}

std::string_view without_footer(std::string_view text) {
  constexpr int most_footers = 4;  // signature, then the footers of the lists that it went through
  text = without_blank_end(text);
  for (int i = 0; i < most_footers; ++i) {
    const auto shorter = without_one_footer(text);
    if (shorter.size() == text.size()) break;
    text = shorter;
  }
  return text;
}

std::string_view without_blank_lines(std::string_view text) {
  return without_blank_end(without_blank_start(text));
}

std::string joined_content(std::string_view before, std::string_view after) {
  std::string text{without_blank_lines(before)};
  after = without_blank_lines(after);
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (!text.empty() && !after.empty()) text += '\n';
  text += after;
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace quilter
