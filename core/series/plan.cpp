#include "core/series/plan.hpp"

#include <algorithm>
#include <tuple>

namespace quilter {
namespace {

SeriesRow row_of(const Series& series) {
  return {.version = series.version,
          .total = series.total,
          .name = series.name,
          .submitter = series.submitter,
          .date = series.first->date,
          .received = series.received,
          .complete = series.complete,
          .by_hand = std::any_of(series.members.begin(), series.members.end(),
                                 [](const Member* member) { return !member->anchor.empty(); }),
          .supersedes = std::nullopt};
}

// Which stitched series goes on under which recorded id: the one that has the id's first member.
std::map<std::int64_t, std::size_t> heirs(const std::vector<Series>& stitched, const Facts& facts) {
  std::map<std::int64_t, std::pair<const Member*, std::size_t>> first;
  for (std::size_t index = 0; index < stitched.size(); ++index) {
    for (const auto* member : stitched[index].members) {
      const auto recorded = facts.series_of.find(member->message_id);
      if (recorded == facts.series_of.end() || facts.leaving.contains(member->message_id)) continue;
      const auto [found, fresh] = first.try_emplace(recorded->second, member, index);
      if (!fresh && canonical_order(*member, *found->second.first) < 0)
        found->second = {member, index};
    }
  }
  std::map<std::int64_t, std::size_t> heirs;
  for (const auto& [id, member_and_index] : first) heirs.emplace(id, member_and_index.second);
  return heirs;
}

void plan_ids(Plan& plan, const std::vector<Series>& stitched, const Facts& facts) {
  for (const auto& [id, index] : heirs(stitched, facts)) {  // ascending: the older id stays
    if (plan.series[index].id)
      plan.redirects.push_back({id, index});
    else
      plan.series[index].id = id;
  }
}

void plan_changes(Plan& plan, const std::vector<Series>& stitched, const Facts& facts) {
  for (std::size_t index = 0; index < stitched.size(); ++index) {
    auto& write = plan.series[index];
    write.supersedes = stitched[index].supersedes;
    if (write.supersedes) write.row.supersedes = plan.series[*write.supersedes].id;
    const bool superseded_is_new = write.supersedes && !write.row.supersedes;
    if (!write.id) {
      write.completed = write.row.complete;
      continue;
    }
    const auto& recorded = facts.series.at(*write.id);
    write.changed = superseded_is_new || write.row != recorded;
    write.completed = write.row.complete && !recorded.complete;
  }
}

void plan_placements(Plan& plan, const std::vector<Series>& stitched, const Facts& facts,
                     const MessageId& own) {
  for (std::size_t index = 0; index < stitched.size(); ++index)
    for (const auto* member : stitched[index].members) {
      const auto recorded = facts.series_of.find(member->message_id);
      if (member->message_id == own)
        plan.own_series = index;
      else if (recorded == facts.series_of.end() || plan.series[index].id != recorded->second)
        plan.placements.push_back({member->message_id, index});
    }
}

// `own`: the member that has come; "" for none.
void plan_series(Plan& plan, const std::vector<Member>& members, const Facts& facts,
                 const StitchOptions& options, const MessageId& own) {
  const auto stitched = stitch(members, options);
  for (const auto& series : stitched)
    plan.series.push_back({.id = {}, .row = row_of(series), .supersedes = {}});
  plan_ids(plan, stitched, facts);
  plan_changes(plan, stitched, facts);
  plan_placements(plan, stitched, facts, own);
}

void plan_series(Plan& plan, const Submission& submission, const Facts& facts,
                 const StitchOptions& options) {
  if (facts.extended) {
    plan.series.push_back(*facts.extended);
    plan.own_series = 0;
    return;
  }
  auto members = facts.members;
  members.push_back(member_of(submission));
  plan_series(plan, members, facts, options, submission.message_id);
}

void plan_comments(Plan& plan, const Submission& submission, const Facts& facts) {
  auto targets = facts.targets;
  auto remarks = facts.remarks;
  if (submission.kind == Kind::comment)
    remarks.push_back({submission.message_id, submission.ancestors});
  else
    targets.insert(submission.message_id);

  const auto found = parents(remarks, targets);
  auto settled = targets;
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    const auto& id = remarks[i].message_id;
    if (id == submission.message_id)
      plan.own_parent = found[i];
    else if (found[i] != facts.parent_of.at(id))
      plan.adoptions.push_back({id, found[i]});
    if (found[i]) settled.insert(id);
  }
  if (submission.kind == Kind::comment) plan.own_mentions = mentions(submission.ancestors, settled);
}

}  // namespace

// The name of a person is that of their earliest mail that has one: as firm as anything a sender
// says can be.
Plan::Person plan_person(const Submission& submission,
                         const std::optional<RecordedPerson>& person) {
  if (!person) return Plan::Person::insert;
  if (submission.submitter.name.empty()) return Plan::Person::keep;
  if (person->name.empty()) return Plan::Person::rename;
  // A mail without a date has the least to say. Copies of one mail, by two lists, may differ in the
  // name: hence the name itself comes last.
  const std::tuple mine{submission.date.value_or(Timestamp::max()), submission.message_id,
                        submission.submitter.name};
  const std::tuple theirs{person->named_at.value_or(Timestamp::max()), person->named_by,
                          person->name};
  return mine < theirs ? Plan::Person::rename : Plan::Person::keep;
}

Member member_of(const Submission& submission) {
  return {.message_id = submission.message_id,
          .date = submission.date,
          .cover = submission.kind == Kind::cover_letter,
          .numbered = submission.numbered,
          .version = submission.version,
          .number = submission.number,
          .total = submission.total,
          .submitter = submission.submitter.address,
          .name = submission.name,
          .ancestors = tying_ancestors(submission.ancestors),
          .change_id = submission.metadata.change_id,
          .supersedes = tying_superseded(submission.metadata.supersedes),
          .anchor = {}};
}

Plan make_plan(const Submission& submission, const Facts& facts, const StitchOptions& options) {
  Plan plan;
  plan.person = plan_person(submission, facts.person);
  if (submission.kind != Kind::comment) plan_series(plan, submission, facts, options);
  plan_comments(plan, submission, facts);
  return plan;
}

Plan make_plan(const Facts& facts, const StitchOptions& options) {
  Plan plan;
  plan_series(plan, facts.members, facts, options, {});
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text;
  const auto line = [&text](const std::string& words) { text += words + "\n"; };
  const auto series = [&plan](std::size_t index) {
    const auto& id = plan.series[index].id;
    return id ? "series " + std::to_string(*id) : "new series #" + std::to_string(index);
  };
  if (plan.person != Plan::Person::keep)
    line(plan.person == Plan::Person::insert ? "insert person" : "rename person");
  for (std::size_t i = 0; i < plan.series.size(); ++i) {
    const auto& write = plan.series[i];
    if (!write.changed) continue;
    line((write.id ? "update " : "insert ") + series(i) + ": v" +
         std::to_string(write.row.version) + " of " + std::to_string(write.row.total) + ", " +
         write.row.name + ", " + write.row.submitter + (write.completed ? ", completed" : "") +
         (write.supersedes ? ", supersedes " + series(*write.supersedes) : ""));
  }
  for (const auto& redirect : plan.redirects)
    line("redirect series " + std::to_string(redirect.from) + " to " + series(redirect.to));
  for (const auto& placement : plan.placements)
    line("move " + placement.member + " to " + series(placement.series));
  if (plan.own_series) line("place in " + series(*plan.own_series));
  if (plan.own_parent) line("comment on " + *plan.own_parent);
  for (const auto& adoption : plan.adoptions)
    line(adoption.parent ? "adopt " + adoption.comment + " to " + *adoption.parent
                         : "park " + adoption.comment);
  return text;
}

}  // namespace quilter
