#include "core/series/versions.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/series/marks.hpp"

namespace quilter {
namespace {

struct Kinship {
  bool thread = false;
  std::size_t names = 0;
};

std::set<std::string> names_of(const Series& series) {
  std::set<std::string> names;
  for (const auto* member : series.members)
    if (auto name = plain_name(member->name); !name.empty()) names.insert(std::move(name));
  return names;
}

// By submitter: the series of each thread, and of each name.
class Relatives {
 public:
  Relatives(const std::vector<Series>& all,
            const std::function<std::size_t(const Member&)>& thread_of) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      names_.push_back(names_of(all[i]));
      threads_.push_back(thread_of(*all[i].first));
      by_thread_[{all[i].submitter, threads_[i]}].push_back(i);
      for (const auto& name : names_[i]) by_name_[{all[i].submitter, name}].push_back(i);
    }
  }

  std::map<std::size_t, Kinship> of(const std::vector<Series>& all, std::size_t i) const {
    std::map<std::size_t, Kinship> found;
    for (const auto other : by_thread_.at({all[i].submitter, threads_[i]}))
      found[other].thread = true;
    for (const auto& name : names_[i])
      for (const auto other : by_name_.at({all[i].submitter, name})) ++found[other].names;
    return found;
  }

 private:
  std::vector<std::set<std::string>> names_;
  std::vector<std::size_t> threads_;
  std::map<std::pair<std::string, std::size_t>, std::vector<std::size_t>> by_thread_;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_name_;
};

}  // namespace

void link_versions(std::vector<Series>& all,
                   const std::function<std::size_t(const Member&)>& thread_of) {
  const Relatives relatives{all, thread_of};
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::tuple<std::int32_t, bool, std::size_t, std::size_t> best{};
    for (const auto& [other, kinship] : relatives.of(all, i)) {
      if (all[other].version >= all[i].version) continue;
      const std::tuple candidate{all[other].version, kinship.thread, kinship.names, other};
      if (all[i].supersedes && candidate < best) continue;
      best = candidate;
      all[i].supersedes = other;
    }
  }
}

}  // namespace quilter
