#include "core/mail/reply_mark.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// Some marks are words and names of directories as well ("vs: mend it"); these count only before a
// bracket or another mark.
enum class Sure : bool { yes, only_before_bracket };

struct Mark {
  std::string_view text;  // case is ignored where it is ASCII
  ReplyMark means = ReplyMark::reply;
  Sure sure = Sure::yes;
};

// What mail programs put before a subject when they answer or forward.
constexpr std::array marks{
    Mark{"re"},
    Mark{"aw"},       // German
    Mark{"antwort"},  // German, Lotus Notes
    Mark{"sv"},       // Danish, Norwegian, Swedish, Icelandic
    Mark{"antw"},     // Dutch
    Mark{"odp"},      // Polish
    Mark{"ynt"},      // Turkish
    Mark{"atb"},      // Welsh
    Mark{"rif"},      // Italian
    Mark{"réf"},      // French, Lotus Notes
    Mark{"Отв"},      // Russian
    Mark{"отв"},
    Mark{"Ответ"},
    Mark{"НА"},
    Mark{"На"},
    Mark{"Rép"},  // French
    Mark{"RÉP"},
    Mark{"betr"},     // Dutch
    Mark{"ang"},      // Swedish
    Mark{"Trả lời"},  // Vietnamese
    Mark{"答覆"},     // Chinese
    Mark{"ΑΠ"},       // Greek
    Mark{"ΣΧΕΤ"},
    Mark{"Vá"},    // Hungarian
    Mark{"回复"},  // Chinese
    Mark{"答复"},
    Mark{"回覆"},
    Mark{"返信"},  // Japanese
    Mark{"답장"},  // Korean
    Mark{"회신"},
    Mark{"השב"},  // Hebrew
    Mark{"רד"},
    Mark{"رد"},                                                // Arabic
    Mark{"vs", ReplyMark::reply, Sure::only_before_bracket},   // Finnish
    Mark{"res", ReplyMark::reply, Sure::only_before_bracket},  // Portuguese
    Mark{"r", ReplyMark::reply, Sure::only_before_bracket},    // Italian
    Mark{"ref", ReplyMark::reply, Sure::only_before_bracket},  // French
    Mark{"bls", ReplyMark::reply, Sure::only_before_bracket},  // Indonesian
    Mark{"ats", ReplyMark::reply, Sure::only_before_bracket},  // Lithuanian
    Mark{"fwd", ReplyMark::forward},
    Mark{"forwarded", ReplyMark::forward},
    Mark{"fw", ReplyMark::forward},
    Mark{"wg", ReplyMark::forward},      // German
    Mark{"doorst", ReplyMark::forward},  // Dutch
    Mark{"转发", ReplyMark::forward},    // Chinese
    Mark{"轉寄", ReplyMark::forward},
    Mark{"転送", ReplyMark::forward},                            // Japanese
    Mark{"전달", ReplyMark::forward},                            // Korean
    Mark{"vb", ReplyMark::forward, Sure::only_before_bracket},   // Swedish
    Mark{"vl", ReplyMark::forward, Sure::only_before_bracket},   // Finnish
    Mark{"tr", ReplyMark::forward, Sure::only_before_bracket},   // French
    Mark{"i", ReplyMark::forward, Sure::only_before_bracket},    // Italian
    Mark{"rv", ReplyMark::forward, Sure::only_before_bracket},   // Spanish
    Mark{"enc", ReplyMark::forward, Sure::only_before_bracket},  // Portuguese
    Mark{"pd", ReplyMark::forward, Sure::only_before_bracket},   // Polish
    Mark{"ilt", ReplyMark::forward, Sure::only_before_bracket},  // Turkish
};

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

// What stands behind `mark` and its colon; nothing where `text` does not begin with them.
std::optional<std::string_view> behind_mark(std::string_view text, std::string_view mark) {
  constexpr std::string_view wide_colon = "：";
  if (!starts_ignoring_case(text, mark)) return std::nullopt;
  text.remove_prefix(mark.size());
  drop_count(text);
  if (text.starts_with('.')) text.remove_prefix(1);  // "Odp.:"
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.starts_with(':')) return trim(text.substr(1));
  if (text.starts_with(wide_colon)) return trim(text.substr(wide_colon.size()));
  return std::nullopt;
}

bool begins_with_sure_mark(std::string_view text) {
  return std::any_of(marks.begin(), marks.end(), [&](const Mark& mark) {
    return mark.sure == Sure::yes && behind_mark(text, mark.text);
  });
}

}  // namespace

std::optional<ReplyMark> take_reply_mark(std::string_view& text) {
  for (const auto& mark : marks) {
    const auto behind = behind_mark(text, mark.text);
    if (!behind) continue;
    if (mark.sure == Sure::only_before_bracket && !behind->starts_with('[') &&
        !begins_with_sure_mark(*behind))
      continue;
    text = *behind;
    return mark.means;
  }
  return std::nullopt;
}

}  // namespace quilter
