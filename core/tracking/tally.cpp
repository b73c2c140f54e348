#include "core/tracking/tally.hpp"

#include <utility>

#include "core/mail/address.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::array<std::pair<std::string_view, TallyKind>, 3> deeds{
    {{"acked", TallyKind::acked},
     {"reviewed", TallyKind::reviewed},
     {"tested", TallyKind::tested}}};

struct NamedValue {
  std::string name;  // lower case
  std::string_view value;
};

NamedValue named_value(std::string_view trailer) {
  const auto colon = trailer.find(':');
  if (colon == std::string_view::npos) return {};
  return {lower(trailer.substr(0, colon)), trim(trailer.substr(colon + 1))};
}

// 'Fixes: 54a4f0239f2e ("net: …")' means the same commit however its subject is quoted.
std::string commit_of(std::string_view value) {
  const auto words = split(value);
  return words.empty() ? std::string{} : lower(words.front());
}

}  // namespace

std::string_view to_string(TallyKind kind) {
  return kind == TallyKind::fixes ? "fixes" : deeds.at(static_cast<std::size_t>(kind)).first;
}

void Tally::add(TallyKind kind, std::string_view value) {
  auto& who = who_.at(static_cast<std::size_t>(kind));
  if (kind == TallyKind::fixes) {
    if (auto commit = commit_of(value); !commit.empty()) who.insert(std::move(commit));
    return;
  }
  const auto people = mailboxes(value);
  for (const auto& person : people) who.insert(person.address);
  if (people.empty() && !value.empty()) who.insert(lower(value));
}

void Tally::add_people(std::string_view name, std::string_view value) {
  if (!name.ends_with("-by")) return;
  name.remove_suffix(3);
  while (!name.empty()) {
    const auto end = name.find("-and-");
    for (const auto& [deed, kind] : deeds)
      if (name.substr(0, end) == deed) add(kind, value);
    name.remove_prefix(end == std::string_view::npos ? name.size() : end + 5);
  }
}

void Tally::add(const std::vector<std::string>& trailers) {
  add_of_cover(trailers);
  for (const auto& trailer : trailers)
    if (const auto [name, value] = named_value(trailer); name == "fixes")
      add(TallyKind::fixes, value);
}

void Tally::add_of_cover(const std::vector<std::string>& trailers) {
  for (const auto& trailer : trailers) {
    const auto [name, value] = named_value(trailer);
    add_people(name, value);
  }
}

}  // namespace quilter
