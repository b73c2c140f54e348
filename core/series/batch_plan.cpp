#include "core/series/batch_plan.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/series/extend_batch.hpp"
#include "core/series/identities.hpp"
#include "core/series/kindred.hpp"

namespace quilter {
namespace {

Facts facts_of(const Kindred& kin, const BatchFacts& all) {
  const std::set<std::int64_t> near{kin.neighbourhoods.begin(), kin.neighbourhoods.end()};
  Facts facts;
  for (const auto& [id, row] : all.facts.series)
    if (near.contains(all.series_in.at(id))) facts.series.emplace(id, row);
  for (const auto& member : all.facts.members) {
    const auto series = all.facts.series_of.at(member.message_id);
    if (!facts.series.contains(series)) continue;
    facts.members.push_back(member);
    facts.series_of.emplace(member.message_id, series);
  }
  for (const auto* arrival : kin.arrivals) facts.members.push_back(member_of(arrival->submission));
  return facts;
}

void plan_people(BatchPlan& plan, std::span<const Arrival> arrivals, const BatchFacts& facts) {
  auto people = facts.people;
  for (const auto& [submission, ties] : arrivals) {
    const auto& [name, address] = submission.submitter;
    const auto found = people.find(address);
    const auto known = found == people.end() ? std::nullopt : std::optional{found->second};
    if (plan_person(submission, known) == Plan::Person::keep) continue;
    people[address] = plan.people[address] = {.id = known ? known->id : 0,
                                              .name = name,
                                              .named_at = submission.date,
                                              .named_by = submission.message_id};
  }
}

void plan_comments(BatchPlan& plan, std::span<const Arrival> arrivals, const Facts& facts) {
  auto targets = facts.targets;
  auto remarks = facts.remarks;
  for (const auto& arrival : arrivals) {
    const auto& submission = arrival.submission;
    if (is_member(arrival))
      targets.insert(submission.message_id);
    else
      remarks.push_back({submission.message_id, submission.ancestors});
  }
  const auto found = parents(remarks, targets);
  auto settled = targets;
  for (std::size_t i = 0; i < remarks.size(); ++i)
    if (found[i]) settled.insert(remarks[i].message_id);
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    const auto& id = remarks[i].message_id;
    const auto recorded = facts.parent_of.find(id);
    if (recorded == facts.parent_of.end())
      plan.comments[id] = {found[i], mentions(remarks[i].ancestors, settled)};
    else if (found[i] != recorded->second)
      plan.adoptions.push_back({id, found[i]});
  }
}

// Nothing: the neighbourhoods must be read.
std::optional<Plan> plan_kindred(const Kindred& kin, const BatchFacts& facts,
                                 const StitchOptions& options) {
  const auto is_glimpsed = [&](std::int64_t id) { return facts.glimpsed.contains(id); };
  if (std::ranges::any_of(kin.neighbourhoods, is_glimpsed)) return extend(kin, facts, options);
  return make_plan(facts_of(kin, facts), options);
}

}  // namespace

BatchPlan make_plan(std::span<const Arrival> arrivals, const BatchFacts& facts,
                    const StitchOptions& options) {
  BatchPlan plan;
  plan_people(plan, arrivals, facts);
  for (auto& kin : kindred(arrivals, facts)) {
    auto group = plan_kindred(kin, facts, options);
    if (group)
      plan.groups.push_back(
          {std::move(kin.neighbourhoods), std::move(kin.missing_ties), *std::move(group)});
    else
      std::ranges::copy_if(kin.neighbourhoods, std::back_inserter(plan.unread),
                           [&](std::int64_t id) { return facts.glimpsed.contains(id); });
  }
  plan.unread = sorted_once(std::move(plan.unread));
  plan_comments(plan, arrivals, facts.facts);
  return plan;
}

}  // namespace quilter
