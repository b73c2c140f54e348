// MemoryArchive: applies plans in RAM, the whole archive being one neighbourhood. What the database
// does, without it.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/series/batch_plan.hpp"

namespace quilter::test {

class MemoryArchive {
 public:
  void record(const Submission& submission) {
    if (!seen_.insert(submission.message_id).second) return;
    const auto plan = make_plan(submission, facts_for(submission), {});
    apply(submission, plan);
  }

  // What the database would be asked for before `submission` is recorded.
  Facts facts_for(const Submission& submission) const {
    auto facts = facts_;
    const auto person = people_.find(submission.submitter.address);
    if (person != people_.end()) facts.person = person->second;
    return facts;
  }

  // Canonical: no ids of rows, no order of arrival.
  std::string dump() const;

  void apply(const Submission& submission, const Plan& plan) {
    if (plan.person != Plan::Person::keep)
      people_[submission.submitter.address] = {.id = 1,
                                               .name = submission.submitter.name,
                                               .named_at = submission.date,
                                               .named_by = submission.message_id};
    const auto ids = apply_series(plan);
    if (submission.kind == Kind::comment) {
      facts_.remarks.push_back({submission.message_id, submission.ancestors});
      facts_.parent_of[submission.message_id] = plan.own_parent;
    } else {
      facts_.members.push_back(member_of(submission));
      facts_.targets.insert(submission.message_id);
      facts_.series_of[submission.message_id] = ids[*plan.own_series];
    }
    adopt(plan.adoptions);
  }

  // Of a batch: the ids of each group's series.
  std::vector<std::vector<std::int64_t>> apply(const std::vector<const Submission*>& submissions,
                                               const BatchPlan& plan) {
    for (const auto& [address, person] : plan.people) {
      people_[address] = person;
      people_[address].id = 1;
    }
    std::vector<std::vector<std::int64_t>> ids;
    for (const auto& group : plan.groups) ids.push_back(apply_series(group.plan));
    for (const auto* submission : submissions) {
      seen_.insert(submission->message_id);
      if (submission->kind == Kind::comment) {
        facts_.remarks.push_back({submission->message_id, submission->ancestors});
        facts_.parent_of[submission->message_id] = plan.comments.at(submission->message_id).parent;
      } else {
        facts_.members.push_back(member_of(*submission));
        facts_.targets.insert(submission->message_id);
      }
    }
    adopt(plan.adoptions);
    return ids;
  }

  const std::map<std::string, RecordedPerson>& people() const { return people_; }
  bool has(const MessageId& id) const { return seen_.contains(id); }

 private:
  std::vector<std::int64_t> apply_series(const Plan& plan) {
    std::vector<std::int64_t> ids;
    for (const auto& write : plan.series) ids.push_back(write.id ? *write.id : ++last_series_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!plan.series[i].changed) continue;
      auto row = plan.series[i].row;
      if (plan.series[i].supersedes) row.supersedes = ids[*plan.series[i].supersedes];
      facts_.series[ids[i]] = row;
    }
    for (const auto& placement : plan.placements)
      facts_.series_of[placement.member] = ids[placement.series];
    for (const auto& redirect : plan.redirects) facts_.series.erase(redirect.from);
    return ids;
  }
  void adopt(const std::vector<Plan::Adoption>& adoptions) {
    for (const auto& adoption : adoptions) facts_.parent_of[adoption.comment] = adoption.parent;
  }

  std::set<MessageId> seen_;
  std::map<std::string, RecordedPerson> people_;
  Facts facts_;
  std::int64_t last_series_ = 0;
};

inline std::string MemoryArchive::dump() const {
  std::map<std::int64_t, std::vector<const Member*>> members;
  for (const auto& member : facts_.members)
    members[facts_.series_of.at(member.message_id)].push_back(&member);
  std::map<std::int64_t, MessageId> keys;
  for (auto& [id, list] : members) {
    std::sort(list.begin(), list.end(),
              [](const Member* a, const Member* b) { return canonical_order(*a, *b) < 0; });
    keys[id] = list.front()->message_id;
  }
  std::set<std::string> lines;
  for (const auto& [address, person] : people_)
    lines.insert("person " + address + " " + person.name + "\n");
  for (const auto& [id, row] : facts_.series) {
    std::string line =
        keys.at(id) + ": v" + std::to_string(row.version) + " " + row.name + " " + row.submitter +
        " " + std::to_string(row.received) + " of " + std::to_string(row.total) +
        (row.date ? " " + std::to_string(row.date->time_since_epoch().count()) : "") +
        (row.complete ? " complete" : "") +
        (row.supersedes ? " supersedes " + keys.at(*row.supersedes) : "");
    for (const auto* member : members.at(id))
      line += " " + member->message_id + "=" + std::to_string(member->number);
    lines.insert(line + "\n");
  }
  for (const auto& [id, parent] : facts_.parent_of)
    lines.insert(id + " on " + parent.value_or("(parked)") + "\n");
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

}  // namespace quilter::test
