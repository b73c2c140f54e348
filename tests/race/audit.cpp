#include "tests/race/audit.hpp"

#include <algorithm>
#include <ostream>
#include <set>

namespace quilter::test {
namespace {

// A patch at each revision, from 0 on.
struct Moment {
  PatchValues values;
  std::map<PatchField, std::int64_t> moved;  // the last revision of each field
};
struct History {
  MessageId message_id;
  std::vector<Moment> moments{Moment{}};
  std::vector<const Event*> changes;  // the one that led to each moment but the first
  std::vector<int> told;              // how many were told that they made it
};
using Histories = std::map<std::int64_t, History>;

Histories histories_of(const std::vector<Event>& log, Audit& audit) {
  Histories histories;
  std::vector<const Event*> changes;
  for (const auto& event : log) {
    if (event.category == "patch-created") histories[event.patch].message_id = event.message_id;
    if (!event.field.empty()) changes.push_back(&event);
  }
  std::stable_sort(changes.begin(), changes.end(), [](const Event* left, const Event* right) {
    return left->revision < right->revision;
  });
  for (const auto* event : changes) {
    auto& history = histories[event->patch];
    auto next = history.moments.back();
    const auto field = *patch_field(event->field);
    ++audit.changes;
    if (next.values[field] != event->from || next.values.revision + 1 != event->revision)
      ++audit.broken;
    next.values[field] = event->to;
    next.values.revision = next.moved[field] = event->revision;
    history.moments.push_back(next);
    history.changes.push_back(event);
    history.told.push_back(0);
  }
  return histories;
}

bool is_value(const Change& change) {
  static const std::set<std::string> unsound{"perfect", "eve", "maybe", "HEAD"};
  return !unsound.contains(change.to);
}

// What docs/tracking.md gives these accounts, in the one project of the test.
bool may(const std::string& login, const Change& change, const std::string& present) {
  if (login == "mia") return true;
  if (login == "bot") return change.field != PatchField::archived;
  if (login != "rob") return false;
  if (change.field == PatchField::delegate)
    return (present.empty() && change.to == login) || (present == login && change.to.empty());
  return change.field == PatchField::state;
}

bool may_at_all(const std::string& login, PatchField field) {
  return may(login, Change{PatchId{}, field, login}, "");
}

Reason stale_or_not(const Change& change, const std::string& present, const Moment& moment) {
  if (change.from && *change.from != present) return Reason::stale;
  if (!change.revision) return Reason::none;
  const auto moved = moment.moved.find(change.field);
  const bool since = moved != moment.moved.end() && moved->second > *change.revision;
  return since || *change.revision > moment.values.revision ? Reason::stale : Reason::none;
}

struct Judgement {
  Reason reason = Reason::none;
  std::vector<const Change*> made;
};

Judgement judge(const std::string& login, const std::vector<const Change*>& changes,
                const Moment& moment) {
  Judgement judgement;
  auto values = moment.values;
  for (const auto* change : changes) {
    auto& present = values[change->field];
    auto& reason = judgement.reason;
    if (!may_at_all(login, change->field)) return {Reason::permission, {}};
    if (change->to == present) continue;
    if (!is_value(*change))
      reason = Reason::unknown_value;
    else if (const auto stale = stale_or_not(*change, present, moment); stale != Reason::none)
      reason = stale;
    else if (!may(login, *change, present))
      reason = Reason::permission;
    else if (change->field == PatchField::state && present == "rejected" && change->to != "new")
      reason = Reason::move;
    if (reason != Reason::none) return judgement;
    present = change->to;
    judgement.made.push_back(change);
  }
  return judgement;
}

std::vector<const Change*> changes_of(const Request& request, const Outcome& outcome) {
  std::vector<const Change*> changes;
  for (const auto& change : request.changes) {
    const auto* id = std::get_if<PatchId>(&change.target);
    const auto* message_id = std::get_if<MessageId>(&change.target);
    if ((id == nullptr || id->id == outcome.patch) &&
        (message_id == nullptr || *message_id == outcome.message_id))
      changes.push_back(&change);
  }
  return changes;
}

// The log has exactly these, by this actor, in one transaction, up to the revision that the outcome
// tells.
bool is_told_truly(const Answer& answer, const Outcome& outcome, History& history) {
  const auto last = static_cast<std::size_t>(outcome.values.revision);
  if (last == 0 || last >= history.moments.size() || history.moments[last].values != outcome.values)
    return false;
  const auto transaction = history.changes[last - 1]->cursor.transaction;
  auto first = last;
  while (first > 0 && history.changes[first - 1]->cursor.transaction == transaction)
    ++history.told[--first];
  const auto& actor = answer.request.actor.login;
  const auto judgement = judge(actor, changes_of(answer.request, outcome), history.moments[first]);
  bool fits = judgement.reason == Reason::none && judgement.made.size() == last - first;
  for (std::size_t i = first; fits && i < last; ++i) {
    const auto& event = *history.changes[i];
    const auto& change = *judgement.made[i - first];
    fits = event.actor == actor && event.to == change.to && event.field == to_string(change.field);
  }
  return fits;
}

bool is_justified(const Answer& answer, const Outcome& outcome, const History& history) {
  const auto at = static_cast<std::size_t>(outcome.values.revision);
  if (at >= history.moments.size() || history.moments[at].values != outcome.values) return false;
  const auto judgement =
      judge(answer.request.actor.login, changes_of(answer.request, outcome), history.moments[at]);
  if (outcome.result == Result::unchanged)
    return judgement.reason == Reason::none && judgement.made.empty();
  if (outcome.result == Result::refused)
    return judgement.reason != Reason::none && judgement.reason == outcome.reason;
  return judgement.reason == Reason::none && !judgement.made.empty() &&
         answer.request.mode == Mode::all_or_nothing &&
         std::any_of(answer.outcomes.begin(), answer.outcomes.end(),
                     [](const Outcome& other) { return other.result == Result::refused; });
}

std::string line_of(const History& history) {
  const auto& last = history.moments.back().values;
  auto line = history.message_id;
  for (const auto& value : last.of) line += "|" + value;
  return line + "|" + std::to_string(last.revision) + "\n";
}

}  // namespace

Audit audit(const Journal& journal, const std::vector<Event>& log) {
  Audit audit;
  auto histories = histories_of(log, audit);
  for (const auto& answer : journal.answers)
    for (const auto& outcome : answer.outcomes) {
      auto& history = histories[outcome.patch];
      audit.unchanged += outcome.result == Result::unchanged ? 1 : 0;
      audit.withheld += outcome.result == Result::withheld ? 1 : 0;
      if (outcome.result == Result::refused)
        ++audit.refused[std::string{to_string(outcome.reason)}];
      if (outcome.result == Result::applied) {
        ++audit.applied;
        audit.untrue += is_told_truly(answer, outcome, history) ? 0 : 1;
      } else {
        audit.unjustified += is_justified(answer, outcome, history) ? 0 : 1;
      }
    }
  std::vector<std::string> lines;
  for (const auto& [id, history] : histories) {
    for (const auto told : history.told) audit.unaccounted += told == 1 ? 0 : 1;
    lines.push_back(line_of(history));
  }
  std::sort(lines.begin(), lines.end());
  for (const auto& line : lines) audit.state += line;
  return audit;
}

std::ostream& operator<<(std::ostream& out, const Audit& audit) {
  out << audit.applied << " applied, " << audit.unchanged << " unchanged, " << audit.withheld
      << " withheld, refused:";
  for (const auto& [reason, count] : audit.refused) out << ' ' << count << ' ' << reason;
  return out << "; " << audit.changes << " changes in the log, " << audit.broken << " broken, "
             << audit.unaccounted << " unaccounted, " << audit.untrue << " untrue; "
             << audit.unjustified << " refusals unjustified";
}

}  // namespace quilter::test
