#include "core/series/extend_batch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/series/extend.hpp"
#include "core/series/identities.hpp"

namespace quilter {
namespace {

using SeriesRows = std::map<std::int64_t, SeriesRow>;

// Of the one neighbourhood that the arrivals come into, where it can be glimpsed.
const SeriesRows* glimpsed_series(const Kindred& kin, const BatchFacts& facts) {
  if (kin.neighbourhoods.size() != 1) return nullptr;
  const auto found = facts.glimpsed.find(kin.neighbourhoods.front());
  if (found == facts.glimpsed.end() || found->second.size() > most_glimpsed_series) return nullptr;
  return &found->second;
}

// The neighbourhood as it is once the arrivals that were taken are in it.
class Extension {
 public:
  Extension(SeriesRows series, const BatchFacts& facts, const StitchOptions& options)
      : facts_{facts}, options_{options}, before_{series} {
    glimpse_.series = std::move(series);
  }

  bool take(const Arrival& arrival);
  Plan plan() const;

 private:
  bool is_known(std::int64_t tie) const {
    return facts_.neighbourhood_of.contains(tie) || ties_.contains(tie);
  }
  void keep(const Arrival& arrival, const SeriesWrite& write);

  const BatchFacts& facts_;
  const StitchOptions& options_;
  SeriesRows before_;
  Glimpse glimpse_;
  std::set<std::int64_t> ties_;                         // of those that were taken,
  std::map<std::int64_t, std::vector<Member>> joined_;  // and they themselves, by series
};

bool Extension::take(const Arrival& arrival) {
  const auto& submission = arrival.submission;
  const auto id = series_of_shape(submission, glimpse_.series);
  if (!id) return false;
  const auto sample = facts_.samples.find(*id);
  if (sample == facts_.samples.end()) return false;
  glimpse_.sample = sample->second;
  const auto& joined = joined_[*id];
  glimpse_.sample.insert(glimpse_.sample.end(), joined.begin(), joined.end());
  glimpse_.named = is_known(message_key(submission.message_id, facts_.project));
  const auto name = name_key(submission, facts_.project);
  glimpse_.name_known = name && is_known(*name);
  const auto write = extend(submission, glimpse_, options_);
  if (write) keep(arrival, *write);
  return write.has_value();
}

void Extension::keep(const Arrival& arrival, const SeriesWrite& write) {
  glimpse_.series[*write.id] = write.row;
  joined_[*write.id].push_back(member_of(arrival.submission));
  ties_.insert(arrival.ties.begin(), arrival.ties.end());
}

Plan Extension::plan() const {
  Plan plan;
  for (const auto& [id, joined] : joined_) {
    const auto& before = before_.at(id);
    const auto& row = glimpse_.series.at(id);
    for (const auto& member : joined)
      plan.placements.push_back({member.message_id, plan.series.size()});
    plan.series.push_back({.id = id,
                           .row = row,
                           .supersedes = {},
                           .changed = row != before,
                           .completed = row.complete && !before.complete});
  }
  return plan;
}

// A mail that names another comes after it, as a rule.
void sort_canonically(std::vector<const Arrival*>& arrivals) {
  const auto place = [](const Arrival* arrival) {
    const auto& submission = arrival->submission;
    return std::pair{submission.date.value_or(Timestamp::max()),
                     std::string_view{submission.message_id}};
  };
  std::ranges::sort(arrivals, {}, place);
}

}  // namespace

SamplesWanted samples_wanted(std::span<const Arrival> arrivals, const BatchFacts& facts) {
  SamplesWanted wanted;
  for (const auto& kin : kindred(arrivals, facts)) {
    const auto* series = glimpsed_series(kin, facts);
    if (series == nullptr) continue;
    for (const auto* arrival : kin.arrivals) {
      const auto& submission = arrival->submission;
      const auto id = series_of_shape(submission, *series);
      if (!id) continue;
      wanted.series.push_back(*id);
      wanted.numbers.push_back(submission.number);
      for (auto& ancestor : tying_ancestors(submission.ancestors))
        wanted.ancestors.push_back(std::move(ancestor));
    }
  }
  return wanted;
}

std::optional<Plan> extend(const Kindred& kin, const BatchFacts& facts,
                           const StitchOptions& options) {
  const auto* series = glimpsed_series(kin, facts);
  if (series == nullptr) return std::nullopt;
  auto arrivals = kin.arrivals;
  sort_canonically(arrivals);
  Extension extension{*series, facts, options};
  for (const auto* arrival : arrivals)
    if (!extension.take(*arrival)) return std::nullopt;
  return extension.plan();
}

}  // namespace quilter
