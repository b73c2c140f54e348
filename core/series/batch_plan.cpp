#include "core/series/batch_plan.hpp"

#include <numeric>
#include <set>

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

bool is_member(const Arrival& arrival) {
  return arrival.submission.kind != Kind::comment;
}

struct Kindred {
  std::vector<const Arrival*> arrivals;
  std::vector<std::int64_t> neighbourhoods, missing_ties;
};

// Arrivals that share a tie, or whose ties share a neighbourhood; in the order of the first of
// each.
std::vector<Kindred> kindred(std::span<const Arrival> arrivals, const BatchFacts& facts) {
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
  std::vector<Kindred> all;
  std::map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    if (!is_member(arrivals[i])) continue;
    const auto [place, is_new] = places.try_emplace(unions.find(i), all.size());
    if (is_new) all.emplace_back();
    auto& kin = all[place->second];
    kin.arrivals.push_back(&arrivals[i]);
    for (const auto tie : arrivals[i].ties) {
      const auto known = facts.neighbourhood_of.find(tie);
      if (known == facts.neighbourhood_of.end())
        kin.missing_ties.push_back(tie);
      else
        kin.neighbourhoods.push_back(known->second);
    }
  }
  return all;
}

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

}  // namespace

BatchPlan make_plan(std::span<const Arrival> arrivals, const BatchFacts& facts,
                    const StitchOptions& options) {
  BatchPlan plan;
  plan_people(plan, arrivals, facts);
  for (const auto& kin : kindred(arrivals, facts))
    plan.groups.push_back({sorted_once(kin.neighbourhoods), sorted_once(kin.missing_ties),
                           make_plan(facts_of(kin, facts), options)});
  plan_comments(plan, arrivals, facts.facts);
  return plan;
}

}  // namespace quilter
