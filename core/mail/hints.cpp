#include "core/mail/hints.hpp"

#include <algorithm>
#include <array>

#include "core/mail/address.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

struct Word {
  Hint hint;
  std::string_view text;
};
constexpr std::array words{Word{Hint::ignore, "ignore"}, Word{Hint::state, "state"},
                           Word{Hint::delegate, "delegate"},
                           Word{Hint::action_required, "action-required"}};

bool is_given_to(const HintRight& right, std::string_view submitter) {
  if (right.sender == "*") return true;
  return right.sender.starts_with('@') ? submitter.ends_with(right.sender)
                                       : submitter == right.sender;
}

// One line of letters and blanks, as people name states: "Under Review" is "under-review".
std::string state_of(std::string_view body) {
  constexpr std::size_t longest_state = 100;
  std::string state;
  if (body.size() > longest_state) return state;
  for (const auto word : split(body)) state.append(state.empty() ? "" : "-").append(lower(word));
  return state;
}

}  // namespace

std::string_view to_string(Hint hint) {
  return std::find_if(words.begin(), words.end(),
                      [&](const Word& word) { return word.hint == hint; })
      ->text;
}

std::optional<HintRight> hint_right(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto* word = std::find_if(words.begin(), words.end(), [&](const Word& known) {
    return equal_ignoring_case(known.text, trim(text.substr(0, colon)));
  });
  const auto sender = lower(trim(text.substr(colon + 1)));
  if (word == words.end()) return std::nullopt;
  if (sender != "*" && (sender.find('@') == std::string::npos || sender.ends_with('@') ||
                        split(std::string_view{sender}).size() != 1))
    return std::nullopt;
  return HintRight{word->hint, sender};
}

std::string to_string(const HintRight& right) {
  return std::string{to_string(right.hint)} + ":" + right.sender;
}

std::vector<HintRight> hint_rights(const std::vector<std::string>& texts) {
  std::vector<HintRight> rights;
  for (const auto& text : texts)
    if (auto right = hint_right(text)) rights.push_back(std::move(*right));
  return rights;
}

Hints hints(const Mail& mail, const std::vector<HintRight>& rights, std::string_view submitter) {
  const auto may = [&](Hint hint) {
    return std::any_of(rights.begin(), rights.end(), [&](const HintRight& right) {
      return right.hint == hint && is_given_to(right, submitter);
    });
  };
  Hints found;
  if (may(Hint::ignore))
    found.ignore = equal_ignoring_case(first(mail, "X-Patchwork-Hint"), "ignore");
  if (may(Hint::state)) found.state = state_of(first(mail, "X-Patchwork-State"));
  if (may(Hint::delegate))
    if (auto delegates = mailboxes(first(mail, "X-Patchwork-Delegate")); !delegates.empty())
      found.delegate = std::move(delegates.front().address);
  if (may(Hint::action_required))
    found.action_required = !all(mail, "X-Patchwork-Action-Required").empty();
  return found;
}

}  // namespace quilter
