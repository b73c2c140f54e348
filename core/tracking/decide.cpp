#include "core/tracking/decide.hpp"

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

struct Refusal {
  Reason reason = Reason::none;
  std::string detail;
};
using Verdict = std::optional<Refusal>;  // nothing: it may be

// Everything that a change is judged by.
struct Case {
  const Actor& actor;
  const PatchFacts& patch;
  const TrackingRules& rules;
  const std::set<Role> held;
};

std::string shown(const std::string& value) {
  return value.empty() ? "none" : value;
}

Refusal not_permitted(const Case& one, const Change& change) {
  return {Reason::permission, one.actor.login + " may not " +
                                  std::string{to_string(action_of(change.field))} + " to " +
                                  shown(change.to)};
}

bool can_have_patches(const std::string& login, const TrackingRules& rules) {
  const auto found = rules.roles.find(login);
  return found != rules.roles.end() && found->second != Role::bot;
}

bool is_value(PatchField field, const std::string& text, const TrackingRules& rules) {
  switch (field) {
    case PatchField::state:
      return rules.states.contains(text);
    case PatchField::delegate:
      return text.empty() || can_have_patches(text, rules);
    case PatchField::archived:
      return text == "true" || text == "false";
    case PatchField::commit:
      break;
  }
  return text.empty() || is_commit(text);
}

Verdict stale(const PatchFacts& patch, const Change& change, const std::string& present) {
  const std::string field{to_string(change.field)};
  if (change.from && *change.from != present)
    return Refusal{Reason::stale, field + " is " + shown(present) + ", not " + shown(*change.from)};
  if (!change.revision) return std::nullopt;
  if (*change.revision > patch.values.revision)
    return Refusal{Reason::stale, "revision " + std::to_string(*change.revision) +
                                      " is not there yet, but " +
                                      std::to_string(patch.values.revision)};
  const auto moved = patch.moved.find(change.field);
  if (moved == patch.moved.end() || moved->second <= *change.revision) return std::nullopt;
  return Refusal{Reason::stale, field + " is " + shown(present) + " since revision " +
                                    std::to_string(moved->second)};
}

// What Right::own gives.
bool is_own(const Case& one, const Change& change, const std::string& present) {
  const auto& me = one.actor.login;
  if (change.field == PatchField::delegate)
    return (present.empty() && change.to == me) || (present == me && change.to.empty());
  if (change.field != PatchField::state) return false;
  const auto now = one.rules.states.find(present);
  return one.rules.states.at(change.to).by_submitter && now != one.rules.states.end() &&
         (now->second.by_submitter || now->second.action_required);
}

Verdict disallowed_move(const TrackingRules& rules, const Change& change,
                        const std::string& present) {
  if (change.field != PatchField::state) return std::nullopt;
  const auto now = rules.states.find(present);
  if (now == rules.states.end() || !now->second.moves_to ||
      now->second.moves_to->contains(change.to))
    return std::nullopt;
  return Refusal{Reason::move, change.to + " may not follow " + present};
}

// Of a change that would move its field away from `present`.
Verdict judge(const Case& one, const Change& change, const std::string& present) {
  if (!is_value(change.field, change.to, one.rules))
    return Refusal{Reason::unknown_value,
                   "no " + std::string{to_string(change.field)}.append(" ") + change.to};
  if (auto refusal = stale(one.patch, change, present)) return refusal;
  const auto widest = right(one.held, action_of(change.field));
  if (widest == Right::own && !is_own(one, change, present)) return not_permitted(one, change);
  return disallowed_move(one.rules, change, present);
}

// Adds to `steps` where nothing is refused.
Outcome decide_patch(const Case& one, const std::vector<const Change*>& changes,
                     std::vector<Step>& steps) {
  Outcome outcome{.target = changes.front()->target,
                  .patch = one.patch.id,
                  .message_id = one.patch.message_id,
                  .result = Result::unchanged,
                  .reason = Reason::none,
                  .detail = {},
                  .values = one.patch.values};
  std::vector<Step> own_steps;
  for (const auto* change : changes) {
    auto& value = outcome.values[change->field];
    Verdict refusal;
    if (right(one.held, action_of(change->field)) == Right::none)
      refusal = not_permitted(one, *change);
    else if (change->to == value)
      continue;
    else
      refusal = judge(one, *change, value);
    if (refusal) {
      outcome.result = Result::refused;
      outcome.reason = refusal->reason;
      outcome.detail = refusal->detail;
      outcome.values = one.patch.values;
      return outcome;
    }
    own_steps.push_back({one.patch.id, change->field, value, change->to});
    value = change->to;
    ++outcome.values.revision;
  }
  if (!own_steps.empty()) outcome.result = Result::applied;
  steps.insert(steps.end(), own_steps.begin(), own_steps.end());
  return outcome;
}

void withhold(Decision& decision, const TrackingFacts& facts) {
  decision.steps.clear();
  for (auto& outcome : decision.outcomes) {
    if (outcome.result != Result::applied) continue;
    outcome.result = Result::withheld;
    outcome.detail = "others of the request were refused";
    for (const auto& patch : facts.patches)
      if (patch.id == outcome.patch) outcome.values = patch.values;
  }
}

// A commit is the same in upper case; the log has it in one spelling.
Request in_one_spelling(Request request) {
  for (auto& change : request.changes) {
    if (change.field != PatchField::commit) continue;
    change.to = lower(change.to);
    if (change.from) change.from = lower(*change.from);
  }
  return request;
}

// What a request asks of one patch; without a patch: a target that is not there.
struct Wish {
  const PatchFacts* patch = nullptr;
  std::vector<const Change*> changes;
};

std::vector<Wish> wishes_of(const Request& request, const TrackingFacts& facts) {
  std::vector<Wish> wishes;
  std::map<std::int64_t, std::size_t> place_of;
  for (const auto& change : request.changes) {
    bool found = false;
    for (const auto& patch : facts.patches) {
      if (!means(change.target, request.project, patch)) continue;
      found = true;
      const auto [place, fresh] = place_of.try_emplace(patch.id, wishes.size());
      if (fresh) wishes.push_back({&patch, {}});
      wishes[place->second].changes.push_back(&change);
    }
    if (!found) wishes.push_back({nullptr, {&change}});
  }
  return wishes;
}

}  // namespace

std::set<Role> roles_of(const Actor& actor, const PatchFacts& patch, const TrackingFacts& facts) {
  if (actor == Actor::automation()) return {Role::automation};
  std::set<Role> held;
  if (!facts.known) return held;
  if (facts.admin) held.insert(Role::admin);
  if (patch.by_actor) held.insert(Role::submitter);
  const auto& given = facts.rules.at(patch.project).roles;
  if (const auto found = given.find(actor.login); found != given.end()) held.insert(found->second);
  return held;
}

bool means(const Target& target, const std::string& project, const PatchFacts& patch) {
  if (const auto* id = std::get_if<PatchId>(&target)) return id->id == patch.id;
  if (const auto* id = std::get_if<SeriesId>(&target))
    return std::find(patch.named.begin(), patch.named.end(), id->id) != patch.named.end();
  return std::get<MessageId>(target) == patch.message_id && project == patch.project;
}

Decision decide(const Request& asked, const TrackingFacts& facts) {
  const auto request = in_one_spelling(asked);
  Decision decision;
  for (const auto& wish : wishes_of(request, facts)) {
    if (wish.patch == nullptr) {
      decision.outcomes.push_back({.target = wish.changes.front()->target,
                                   .patch = 0,
                                   .message_id = {},
                                   .result = Result::refused,
                                   .reason = Reason::unknown_patch,
                                   .detail = "there is no such patch",
                                   .values = {}});
      continue;
    }
    const Case one{request.actor, *wish.patch, facts.rules.at(wish.patch->project),
                   roles_of(request.actor, *wish.patch, facts)};
    decision.outcomes.push_back(decide_patch(one, wish.changes, decision.steps));
  }
  const bool refused =
      std::any_of(decision.outcomes.begin(), decision.outcomes.end(),
                  [](const Outcome& outcome) { return outcome.result == Result::refused; });
  if (refused && request.mode == Mode::all_or_nothing) withhold(decision, facts);
  return decision;
}

}  // namespace quilter
