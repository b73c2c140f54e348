// BatchedArchive: records submissions in batches, each neighbourhood by itself. What the database
// does, without it.
//
// Owns: copies.
// Threads: none; a local of one test.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/series/batch_plan.hpp"
#include "core/series/extend_batch.hpp"
#include "core/series/identities.hpp"
#include "tests/support/memory_archive.hpp"
#include "tests/support/tie_book.hpp"

namespace quilter::test {

class BatchedArchive {
 public:
  // Where the archive holds more members than `most`, glimpses are tried first.
  explicit BatchedArchive(std::size_t most = std::numeric_limits<std::size_t>::max())
      : most_{most} {}

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
    const auto plan = decide(arrivals);
    const auto series = archive_.apply(fresh, plan);
    for (std::size_t i = 0; i < series.size(); ++i) settle(plan.groups[i], series[i]);
  }

  int glimpses() const { return glimpses_; }  // mails for which one was enough
  const MemoryArchive& archive() const { return archive_; }
  std::size_t neighbourhoods() const {
    std::set<std::int64_t> all;
    for (const auto& [tie, neighbourhood] : neighbourhood_of_) all.insert(neighbourhood);
    return all.size();
  }

 private:
  static constexpr std::int64_t project = 1;

  // As core/store/batch does.
  BatchPlan decide(const std::vector<Arrival>& arrivals) {
    const auto whole = archive_.facts_for({});
    BatchFacts facts{.project = project,
                     .people = archive_.people(),
                     .neighbourhood_of = neighbourhood_of_,
                     .series_in = series_in_,
                     .facts = whole,
                     .glimpsed = {},
                     .samples = {}};
    if (whole.members.size() > most_) glimpse(facts, whole, arrivals);
    auto plan = make_plan(arrivals, facts, {});
    for (const auto& group : plan.groups)
      for (const auto id : group.neighbourhoods)
        if (facts.glimpsed.contains(id))
          glimpses_ += static_cast<int>(group.plan.placements.size());
    if (plan.unread.empty()) return plan;
    read(plan.unread, facts, whole);
    return make_plan(arrivals, facts, {});
  }

  void glimpse(BatchFacts& facts, const Facts& whole, const std::vector<Arrival>& arrivals) const {
    for (const auto& [id, row] : whole.series) facts.glimpsed[series_in_.at(id)].emplace(id, row);
    facts.facts.members.clear();
    facts.facts.series_of.clear();
    facts.facts.series.clear();
    const auto wanted = samples_wanted(arrivals, facts);
    for (std::size_t i = 0; i < wanted.series.size(); ++i)
      for (const auto& member :
           sample_of(static_cast<std::int32_t>(wanted.numbers[i]), {}, wanted.series[i], whole))
        facts.samples[wanted.series[i]].push_back(member);
    for (const auto& member : whole.members)
      if (std::ranges::find(wanted.ancestors, member.message_id) != wanted.ancestors.end())
        if (const auto found = facts.samples.find(whole.series_of.at(member.message_id));
            found != facts.samples.end())
          found->second.push_back(member);
  }

  void read(const std::vector<std::int64_t>& neighbourhoods, BatchFacts& facts,
            const Facts& whole) const {
    for (const auto id : neighbourhoods) facts.glimpsed.erase(id);
    for (const auto& [id, row] : whole.series)
      if (!facts.glimpsed.contains(series_in_.at(id))) facts.facts.series.emplace(id, row);
    for (const auto& member : whole.members) {
      const auto id = whole.series_of.at(member.message_id);
      if (!facts.facts.series.contains(id)) continue;
      facts.facts.members.push_back(member);
      facts.facts.series_of.emplace(member.message_id, id);
    }
  }

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

  std::size_t most_;
  int glimpses_ = 0;
  MemoryArchive archive_;
  std::map<std::int64_t, std::int64_t> neighbourhood_of_, series_in_;
  std::int64_t last_neighbourhood_ = 0;
};

}  // namespace quilter::test
