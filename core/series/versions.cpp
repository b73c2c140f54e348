#include "core/series/versions.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/series/marks.hpp"

namespace quilter {
namespace {

// What two versions of one series share: the submitter, and a thread or a name.
using Bond = std::pair<std::string, std::string>;

std::set<Bond> bonds_of(const Series& series, std::size_t thread) {
  std::set<Bond> bonds{{series.submitter, "thread " + std::to_string(thread)}};
  for (const auto* member : series.members)
    if (const auto name = plain_name(member->name); !name.empty())
      bonds.emplace(series.submitter, "name " + name);
  return bonds;
}

bool is_thread(const Bond& bond) {
  return bond.second.starts_with("thread ");
}

struct Kinship {
  bool thread = false;
  std::size_t names = 0;
};

// By version: the latest series of each. `all` is in canonical order, so that the last one wins.
using Latest = std::map<std::int32_t, std::size_t>;

std::optional<std::size_t> next_lower(const Latest& latest, std::int32_t version) {
  const auto above = latest.lower_bound(version);
  if (above == latest.begin()) return std::nullopt;
  return std::prev(above)->second;
}

}  // namespace

void link_versions(std::vector<Series>& all,
                   const std::function<std::size_t(const Member&)>& thread_of) {
  std::vector<std::set<Bond>> bonds;
  std::map<Bond, Latest> by_bond;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bonds.push_back(bonds_of(all[i], thread_of(*all[i].first)));
    for (const auto& bond : bonds[i]) by_bond[bond][all[i].version] = i;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::map<std::size_t, Kinship> kin;
    for (const auto& bond : bonds[i]) {
      const auto lower = next_lower(by_bond.at(bond), all[i].version);
      if (!lower) continue;
      if (is_thread(bond))
        kin[*lower].thread = true;
      else
        ++kin[*lower].names;
    }
    std::tuple<std::int32_t, bool, std::size_t, std::size_t> best{};
    for (const auto& [other, kinship] : kin) {
      const std::tuple candidate{all[other].version, kinship.thread, kinship.names, other};
      if (all[i].supersedes && candidate < best) continue;
      best = candidate;
      all[i].supersedes = other;
    }
  }
}

}  // namespace quilter
