#include "core/mail/message_id.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_id =
    1000;  // an index of the database could not hold more; RFC 5322 §2.1.1 has 998

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id;
}

// RFC 5322 §4.5.4 lets blanks stand inside; folding by the sender's software puts them there.
// Without "@" such a thing is prose in angle brackets.
MessageId from_brackets(std::string_view inside) {
  inside = trim(inside);
  const auto parts = split(inside);
  if (parts.size() > 1 && inside.find('@') == std::string_view::npos) return {};
  MessageId id;
  for (const auto part : parts) id += part;
  return id;
}

// `a@b c@d` without brackets, where nothing else is there.
std::vector<MessageId> from_bare_words(std::string_view field_body) {
  std::vector<MessageId> ids;
  for (const auto word : split(field_body)) {
    if (word.find('@') == std::string_view::npos || word.find('>') != std::string_view::npos)
      return {};
    if (is_id(word)) ids.emplace_back(word);
  }
  return ids;
}

// RFC 5322 §3.2.2: comments, "(see <a@b>)", may stand around ids, and nest. One that never closes
// is none.
std::string ids_without_comments(std::string_view field_body) {
  std::string text;
  std::size_t open = 0;    // comments that are open
  std::size_t before = 0;  // the length of `text` where the outermost of them began
  bool in_id = false;
  for (const char c : field_body) {
    if (!in_id && c == '(' && open++ == 0) before = text.size();
    if (open == 0 && (c == '<' || c == '>')) in_id = c == '<';
    text += c;
    if (open > 0 && c == ')' && --open == 0) text.resize(before);
  }
  return text;
}

void add(std::vector<MessageId>& ids, MessageId id) {
  if (is_id(id)) ids.push_back(std::move(id));
}

}  // namespace

std::vector<MessageId> message_ids(std::string_view field_body) {
  const auto text = field_body.find('(') == std::string_view::npos
                        ? std::string{field_body}
                        : ids_without_comments(field_body);
  if (text.find('<') == std::string::npos) return from_bare_words(text);
  std::vector<MessageId> ids;
  for (std::string_view rest = text; !rest.empty();) {
    const auto close = rest.find('>');
    if (close == std::string_view::npos) break;
    const auto open = rest.substr(0, close).rfind('<');  // the innermost: "<<a@b>"
    if (open != std::string_view::npos)
      add(ids, from_brackets(rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  return ids;
}

std::optional<MessageId> message_id(std::string_view field_body) {
  auto ids = message_ids(field_body);
  if (ids.empty()) return std::nullopt;
  return std::move(ids.front());
}

Ancestors ancestors(const std::vector<std::string_view>& in_reply_to,
                    const std::vector<std::string_view>& references, std::string_view self) {
  std::vector<MessageId> named;  // nearest first
  for (const auto body : in_reply_to) {
    auto ids = message_ids(body);
    // RFC 822 §4.6.2 let phrases stand before it: "Message from Ann <ann@x.org> of Monday <id>".
    if (ids.size() > 1 && !body.starts_with('<')) ids.erase(ids.begin(), ids.end() - 1);
    std::move(ids.begin(), ids.end(), std::back_inserter(named));
  }
  for (auto body = references.rbegin(); body != references.rend(); ++body) {
    auto ids = message_ids(*body);
    std::move(ids.rbegin(), ids.rend(), std::back_inserter(named));
  }
  Ancestors result;
  std::unordered_set<std::string_view> seen{self};
  std::size_t looked_at = 0;
  for (; looked_at < named.size() && result.ids.size() < max_ancestors; ++looked_at)
    if (seen.insert(named[looked_at]).second) result.ids.push_back(named[looked_at]);
  result.dropped = named.size() - looked_at;
  if (result.dropped > 0 && !seen.contains(named.back())) result.ids.back() = named.back();
  return result;
}

}  // namespace quilter
