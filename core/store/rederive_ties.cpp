#include "core/store/rederive_ties.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "core/store/sql.hpp"

namespace quilter {
namespace {

using Ties = std::unordered_map<std::int64_t, std::int64_t>;  // key → neighbourhood

// Sets of what was joined, through any number of others; each is known by its smallest.
class Sets {
 public:
  explicit Sets(std::size_t size) : leader_(size) {
    std::iota(leader_.begin(), leader_.end(), std::size_t{0});
  }
  std::size_t of(std::size_t one) {
    while (leader_[one] != one) one = leader_[one] = leader_[leader_[one]];
    return one;
  }
  void join(std::size_t left, std::size_t right) {
    const auto first = of(left), second = of(right);
    leader_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::vector<std::size_t> leader_;
};

Ties recorded_ties(pqxx::transaction_base& transaction, const std::vector<Keys>& sets) {
  Keys keys;
  for (const auto& more : sets) keys.insert(keys.end(), more.begin(), more.end());
  Ties ties;
  for (const auto& row : transaction.exec_params(
           "SELECT key, neighbourhood_id FROM tie WHERE key IN (SELECT unnest($1::bigint[]))",
           sql::array(keys)))
    ties.emplace(row[0].as<std::int64_t>(), row[1].as<std::int64_t>());
  return ties;
}

std::set<std::int64_t> neighbourhoods_of(const Keys& keys, const Ties& ties) {
  std::set<std::int64_t> found;
  for (const auto key : keys)
    if (const auto tied = ties.find(key); tied != ties.end()) found.insert(tied->second);
  return found;
}

// Those that one set has ties in become the oldest of them.
std::map<std::int64_t, std::int64_t> united(const std::vector<Keys>& sets, const Ties& ties) {
  Keys all;
  for (const auto& [key, neighbourhood] : ties) all.push_back(neighbourhood);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const auto place = [&all](std::int64_t neighbourhood) {
    return static_cast<std::size_t>(
        std::distance(all.begin(), std::lower_bound(all.begin(), all.end(), neighbourhood)));
  };
  Sets joined{all.size()};
  for (const auto& keys : sets) {
    const auto found = neighbourhoods_of(keys, ties);
    for (const auto neighbourhood : found) joined.join(place(*found.begin()), place(neighbourhood));
  }
  std::map<std::int64_t, std::int64_t> becomes;
  for (const auto neighbourhood : all)
    becomes.emplace(neighbourhood, all[joined.of(place(neighbourhood))]);
  return becomes;
}

// Says whether there was anything to unite: then what was read before may have changed meanwhile.
// Another project can share a neighbourhood, by a hash, and our lock on the project keeps nobody
// out of that.
bool unite(pqxx::transaction_base& transaction,
           const std::map<std::int64_t, std::int64_t>& becomes) {
  Keys olds, news, both;
  for (const auto& [before, after] : becomes) {
    if (before == after) continue;
    olds.push_back(before);
    news.push_back(after);
  }
  if (olds.empty()) return false;
  std::set_union(olds.begin(), olds.end(), news.begin(), news.end(), std::back_inserter(both));
  transaction.exec_params("SELECT FROM neighbourhood WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
                          sql::array(both));
  for (const std::string table : {"tie", "series"})
    transaction.exec_params("UPDATE " + table +
                                " x SET neighbourhood_id = v.new FROM (SELECT unnest($1::bigint[]),"
                                " unnest($2::bigint[])) v (old, new) "
                                "WHERE x.neighbourhood_id = v.old",
                            sql::array(olds), sql::array(news));
  return true;
}

std::int64_t new_neighbourhood(pqxx::transaction_base& transaction) {
  return transaction.exec1("INSERT INTO neighbourhood DEFAULT VALUES RETURNING id")[0]
      .as<std::int64_t>();
}

}  // namespace

std::vector<std::vector<std::size_t>> related(const std::vector<Keys>& all) {
  Sets sets{all.size()};
  std::unordered_map<std::int64_t, std::size_t> by_key;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto key : all[i]) sets.join(i, by_key.emplace(key, i).first->second);
  std::map<std::size_t, std::vector<std::size_t>> by_leader;
  for (std::size_t i = 0; i < all.size(); ++i) by_leader[sets.of(i)].push_back(i);
  std::vector<std::vector<std::size_t>> found;
  for (auto& [leader, members] : by_leader) found.push_back(std::move(members));
  return found;
}

std::vector<std::int64_t> tie_sets(pqxx::transaction_base& transaction,
                                   const std::vector<Keys>& sets) {
  auto ties = recorded_ties(transaction, sets);
  auto becomes = united(sets, ties);
  while (unite(transaction, becomes)) {
    ties = recorded_ties(transaction, sets);
    becomes = united(sets, ties);
  }
  std::vector<std::int64_t> homes;
  Keys missing, leads_to;
  for (const auto& keys : sets) {
    const auto recorded = neighbourhoods_of(keys, ties);
    homes.push_back(recorded.empty() ? new_neighbourhood(transaction)
                                     : becomes.at(*recorded.begin()));
    for (const auto key : std::set<std::int64_t>{keys.begin(), keys.end()}) {
      if (ties.contains(key)) continue;
      missing.push_back(key);
      leads_to.push_back(homes.back());
    }
  }
  transaction.exec_params(
      "INSERT INTO tie (key, neighbourhood_id) SELECT unnest($1::bigint[]), unnest($2::bigint[])",
      sql::array(missing), sql::array(leads_to));
  return homes;
}

}  // namespace quilter
