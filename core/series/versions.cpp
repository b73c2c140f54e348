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
      kinship.thread = true;
      break;
    case BondKind::name:
      ++kinship.names;
      break;
  }
}

// What a mail says of an older version counts for one with the same number too: some never count
// up. (version, place) falls along every link, so that no links make a ring.
void add_said(Kin& kin, const std::vector<Series>& all, std::size_t index,
              const std::map<std::string_view, std::size_t>& series_of) {
  for (const auto* member : all[index].members)
    for (const auto& id : member->supersedes) {
      const auto found = series_of.find(id);
      if (found == series_of.end()) continue;
      const auto older = found->second;
      if (std::pair{all[older].version, older} < std::pair{all[index].version, index})
        kin[older].said = true;
    }
}

}  // namespace

void link_versions(std::vector<Series>& all,
                   const std::function<std::size_t(const Member&)>& thread_of) {
  std::vector<std::set<Bond>> bonds;
  std::map<Bond, Latest> by_bond;
  std::map<std::string_view, std::size_t> series_of;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bonds.push_back(bonds_of(all[i], thread_of(*all[i].first)));
    for (const auto& bond : bonds[i]) by_bond[bond][all[i].version] = i;
    for (const auto* member : all[i].members) series_of.emplace(member->message_id, i);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    Kin kin;
    for (const auto& bond : bonds[i]) add_bond(kin, bond, by_bond.at(bond), all[i].version);
    add_said(kin, all, i, series_of);
    std::optional<std::pair<Kinship, std::size_t>> best;
    for (auto& [other, kinship] : kin) {
      kinship.version = all[other].version;
      best = std::max(best, std::optional{std::pair{kinship, other}});
    }
    if (best) all[i].supersedes = best->second;
  }
}

}  // namespace quilter
