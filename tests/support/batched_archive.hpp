// BatchedArchive: records submissions in batches, each neighbourhood by itself. What the database
// does, without it.
//
// Owns: copies.
// Threads: none; a local of one test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/series/batch_plan.hpp"
#include "core/series/identities.hpp"
#include "tests/support/memory_archive.hpp"

namespace quilter::test {

class BatchedArchive {
 public:
  void record(const std::vector<const Submission*>& batch) {
    std::vector<const Submission*> fresh;
    std::set<MessageId> ids;
    for (const auto* one : batch)
      if (!archive_.has(one->message_id) && ids.insert(one->message_id).second)
        fresh.push_back(one);
    std::vector<std::vector<std::int64_t>> ties;
    for (const auto* one : fresh) ties.push_back(tie_keys(identities(*one, {}), project));
    std::vector<Arrival> arrivals;
    for (std::size_t i = 0; i < fresh.size(); ++i) arrivals.push_back({*fresh[i], ties[i]});
    const auto plan = make_plan(arrivals,
                                {.people = archive_.people(),
                                 .neighbourhood_of = neighbourhood_of_,
                                 .series_in = series_in_,
                                 .facts = archive_.facts_for({})},
                                {});
    const auto series = archive_.apply(fresh, plan);
    for (std::size_t i = 0; i < series.size(); ++i) settle(plan.groups[i], series[i]);
  }

  const MemoryArchive& archive() const { return archive_; }
  std::size_t neighbourhoods() const {
    std::set<std::int64_t> all;
    for (const auto& [tie, neighbourhood] : neighbourhood_of_) all.insert(neighbourhood);
    return all.size();
  }

 private:
  static constexpr std::int64_t project = 1;

  void settle(const BatchPlan::Group& group, const std::vector<std::int64_t>& series) {
    const auto home =
        group.neighbourhoods.empty() ? ++last_neighbourhood_ : group.neighbourhoods.front();
    const auto move = [&](auto& homes) {
      for (auto& [key, at] : homes)
        if (std::ranges::find(group.neighbourhoods, at) != group.neighbourhoods.end()) at = home;
    };
    move(neighbourhood_of_);
    move(series_in_);
    for (const auto tie : group.missing_ties) neighbourhood_of_[tie] = home;
    for (const auto id : series) series_in_[id] = home;
  }

  MemoryArchive archive_;
  std::map<std::int64_t, std::int64_t> neighbourhood_of_, series_in_;
  std::int64_t last_neighbourhood_ = 0;
};

}  // namespace quilter::test
