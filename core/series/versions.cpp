#include "core/series/versions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "core/series/marks.hpp"

namespace quilter {
namespace {

enum class BondKind : std::uint8_t { change_id, thread, name };

// What two versions of one series share: the change id, or the submitter with a thread or a name.
using Bond = std::tuple<BondKind, std::string, std::string>;

std::set<Bond> bonds_of(const Series& series, std::size_t thread) {
  std::set<Bond> bonds{{BondKind::thread, series.submitter, std::to_string(thread)}};
  for (const auto* member : series.members) {
    if (auto name = plain_name(member->name); !name.empty())
      bonds.emplace(BondKind::name, member->submitter, std::move(name));
    if (!member->change_id.empty()) bonds.emplace(BondKind::change_id, "", member->change_id);
  }
  return bonds;
}

// In the order in which they count, most first.
struct Kinship {
  bool said = false;  // "Supersedes:" names a mail of it
  std::int32_t version = 1;
  bool change_id = false;
  bool answered = false;  // it has the nearest mail that the first of the newer one answers
  bool thread = false;
  std::size_t names = 0;

  auto operator<=>(const Kinship&) const = default;
};

// By version: the latest series of each. `all` is in canonical order, so that the last one wins.
using Latest = std::map<std::int32_t, std::size_t>;

std::optional<std::size_t> next_lower(const Latest& latest, std::int32_t version) {
  const auto above = latest.lower_bound(version);
  if (above == latest.begin()) return std::nullopt;
  return std::prev(above)->second;
}

using Kin = std::map<std::size_t, Kinship>;

void add_bond(Kin& kin, const Bond& bond, const Latest& latest, std::int32_t version) {
  const auto lower = next_lower(latest, version);
  if (!lower) return;
  auto& kinship = kin[*lower];
  switch (std::get<BondKind>(bond)) {
    case BondKind::change_id:
      kinship.change_id = true;
      break;
    case BondKind::thread:
      break;  // link_versions looks at that for all of them
    case BondKind::name:
      ++kinship.names;
      break;
  }
}

using Places = std::map<std::string_view, std::size_t>;  // of message ids: the series they are in

// What a mail says of an older version counts for one with the same number too: some never count
// up. (version, place) falls along every link, so that no links make a ring.
void add_said(Kin& kin, const std::vector<Series>& all, std::size_t index, const Places& places) {
  for (const auto* member : all[index].members)
    for (const auto& id : member->supersedes) {
      const auto found = places.find(id);
      if (found == places.end()) continue;
      const auto older = found->second;
      if (std::pair{all[older].version, older} < std::pair{all[index].version, index})
        kin[older].said = true;
    }
}

// People send the next version of one of several series in a thread in answer to that one.
void add_answered(Kin& kin, const std::vector<Series>& all, std::size_t index,
                  const Places& places) {
  for (const auto& ancestor : all[index].first->ancestors) {
    const auto found = places.find(ancestor);
    if (found == places.end()) continue;
    const auto& older = all[found->second];
    if (older.version >= all[index].version || older.submitter != all[index].submitter) continue;
    kin[found->second].answered = true;
    return;
  }
}

}  // namespace

void link_versions(std::vector<Series>& all,
                   const std::function<std::size_t(const Member&)>& thread_of) {
  std::vector<std::set<Bond>> bonds;
  std::map<Bond, Latest> by_bond;
  std::vector<std::size_t> threads;
  Places places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    threads.push_back(thread_of(*all[i].first));
    bonds.push_back(bonds_of(all[i], threads[i]));
    for (const auto& bond : bonds[i]) by_bond[bond][all[i].version] = i;
    for (const auto* member : all[i].members) places.emplace(member->message_id, i);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    Kin kin;
    for (const auto& bond : bonds[i]) add_bond(kin, bond, by_bond.at(bond), all[i].version);
    add_said(kin, all, i, places);
    add_answered(kin, all, i, places);
    std::optional<std::pair<Kinship, std::size_t>> best;
    for (auto& [other, kinship] : kin) {
      kinship.version = all[other].version;
      kinship.thread = threads[other] == threads[i] && all[other].submitter == all[i].submitter;
      best = std::max(best, std::optional{std::pair{kinship, other}});
    }
    if (best) all[i].supersedes = best->second;
  }
}

}  // namespace quilter
