#include "core/series/kindred.hpp"

#include <map>
#include <numeric>

#include "core/series/identities.hpp"

namespace quilter {
namespace {

// Which of so many things are one, by what they share.
class Unions {
 public:
  explicit Unions(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void unite(std::size_t one, std::size_t other) { parent_[find(other)] = find(one); }

 private:
  std::vector<std::size_t> parent_;
};

Unions united(std::span<const Arrival> arrivals, const BatchFacts& facts) {
  Unions unions{arrivals.size()};
  std::map<std::int64_t, std::size_t> by_tie, by_neighbourhood;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    if (!is_member(arrivals[i])) continue;
    for (const auto tie : arrivals[i].ties) {
      const auto known = facts.neighbourhood_of.find(tie);
      const bool is_known = known != facts.neighbourhood_of.end();
      auto& owners = is_known ? by_neighbourhood : by_tie;
      unions.unite(owners.try_emplace(is_known ? known->second : tie, i).first->second, i);
    }
  }
  return unions;
}

void add(const Arrival& arrival, const BatchFacts& facts, Kindred& kin) {
  kin.arrivals.push_back(&arrival);
  for (const auto tie : arrival.ties) {
    const auto known = facts.neighbourhood_of.find(tie);
    if (known == facts.neighbourhood_of.end())
      kin.missing_ties.push_back(tie);
    else
      kin.neighbourhoods.push_back(known->second);
  }
}

}  // namespace

bool is_member(const Arrival& arrival) {
  return arrival.submission.kind != Kind::comment;
}

std::vector<Kindred> kindred(std::span<const Arrival> arrivals, const BatchFacts& facts) {
  auto unions = united(arrivals, facts);
  std::vector<Kindred> all;
  std::map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    if (!is_member(arrivals[i])) continue;
    const auto [place, is_new] = places.try_emplace(unions.find(i), all.size());
    if (is_new) all.emplace_back();
    add(arrivals[i], facts, all[place->second]);
  }
  for (auto& kin : all) {
    kin.neighbourhoods = sorted_once(std::move(kin.neighbourhoods));
    kin.missing_ties = sorted_once(std::move(kin.missing_ties));
  }
  return all;
}

}  // namespace quilter
