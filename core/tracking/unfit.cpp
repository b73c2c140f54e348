#include "core/tracking/unfit.hpp"

#include <array>

namespace quilter {

std::string_view to_string(Unfit unfit) {
  constexpr std::array<std::string_view, 10> texts{
      "not-here",     "no-patch",  "twice",    "set-here", "unknown-state",
      "unknown-user", "no-commit", "no-check", "no-url",   "older-check"};
  return texts.at(static_cast<std::size_t>(unfit));
}

void Unfitting::add(Unfit unfit, const std::string& about, Case one) {
  auto& group = groups[{unfit, about}];
  ++group.count;
  if (group.named.size() < most_named) group.named.push_back(std::move(one));
}

void Unfitting::add(const Unfitting& other) {
  for (const auto& [key, from] : other.groups) {
    auto& group = groups[key];
    group.count += from.count;
    for (const auto& one : from.named)
      if (group.named.size() < most_named) group.named.push_back(one);
  }
}

}  // namespace quilter
