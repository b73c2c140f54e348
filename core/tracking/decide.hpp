// decide: what becomes of the changes of one patch, from what the store read of it under its lock.
//
// Promise: total; all of the changes or none. Each change sees those before it.
// Error: none.
// Threads: pure functions.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/tracking/change.hpp"
#include "core/tracking/permissions.hpp"

namespace quilter {

struct StateRule {
  bool action_required = false;
  bool by_submitter = false;
  std::optional<std::set<std::string>> moves_to;  // nothing: every other
};

// Of a project.
struct TrackingRules {
  std::map<std::string, StateRule> states;
  std::map<std::string, Role> roles;  // by login; those who are disabled are left out
};

struct PatchFacts {
  std::int64_t id = 0;
  MessageId message_id;
  PatchValues values;
  std::map<PatchField, std::int64_t> moved;  // the last revision of a field that moved since then
  std::set<Role> roles;                      // of the actor, here
};

struct Step {  // a field that moves, once
  PatchField field = PatchField::state;
  std::string from, to;

  bool operator==(const Step&) const = default;
};

struct Decision {
  Result result = Result::unchanged;
  Reason reason = Reason::none;
  std::string detail;
  PatchValues values;       // as Outcome has them
  std::vector<Step> steps;  // each raises the revision by one

  bool operator==(const Decision&) const = default;
};

Decision decide(const PatchFacts& patch, const TrackingRules& rules, const Actor& actor,
                const std::vector<Change>& changes);

}  // namespace quilter
