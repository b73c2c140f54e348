#include "core/mail/message_id.hpp"

#include <algorithm>
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

// `a@b` without brackets, where nothing else is there.
MessageId from_bare_word(std::string_view field_body) {
  const auto words = split(field_body);
  if (words.size() != 1 || words[0].find('@') == std::string_view::npos ||
      words[0].find('>') != std::string_view::npos)
    return {};
  return MessageId{words[0]};
}

void add(std::vector<MessageId>& ids, MessageId id) {
  if (is_id(id)) ids.push_back(std::move(id));
}

}  // namespace

std::vector<MessageId> message_ids(std::string_view field_body) {
  std::vector<MessageId> ids;
  if (field_body.find('<') == std::string_view::npos) {
    add(ids, from_bare_word(field_body));
    return ids;
  }
  for (auto rest = field_body; !rest.empty();) {
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

std::vector<MessageId> ancestors(const std::vector<std::string_view>& in_reply_to,
                                 const std::vector<std::string_view>& references,
                                 std::string_view self) {
  std::vector<MessageId> result;
  std::unordered_set<std::string> seen{std::string{self}};
  const auto take = [&](MessageId& id) {
    if (seen.insert(id).second) result.push_back(std::move(id));
  };
  for (const auto body : in_reply_to)
    for (auto& id : message_ids(body)) take(id);
  std::vector<MessageId> oldest_first;
  for (const auto body : references)
    for (auto& id : message_ids(body)) oldest_first.push_back(std::move(id));
  std::for_each(oldest_first.rbegin(), oldest_first.rend(), take);
  if (result.size() > max_ancestors) {
    result[max_ancestors - 1] = std::move(result.back());
    result.resize(max_ancestors);
  }
  return result;
}

}  // namespace quilter
