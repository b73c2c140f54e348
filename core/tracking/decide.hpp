// decide: what becomes of a request, from what the store read of its patches under their locks.
//
// Promise: total. Of a patch all changes are made or none; each sees those before it.
// Error: none.
// Threads: pure functions.
#pragma once

#include <map>
#include <optional>
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
  std::string project;
  std::int64_t series = 0;
  std::vector<std::int64_t> named;  // by which of the request's series it is meant
  PatchValues values;
  std::map<PatchField, std::int64_t> moved;  // the last revision of each field that moved of late
  bool by_actor = false;                     // the actor submitted it
};

struct TrackingFacts {
  bool known = false;  // the actor is an account, and not disabled
  bool admin = false;
  std::vector<PatchFacts> patches;
  std::map<std::string, TrackingRules> rules;  // by project
};

// None of somebody who is not known.
std::set<Role> roles_of(const Actor& actor, const PatchFacts& patch, const TrackingFacts& facts);

// Whether `target` means the patch; a message id is one of `project`.
bool means(const Target& target, const std::string& project, const PatchFacts& patch);

struct Step {  // a field that moves; raises the patch's revision by one
  std::int64_t patch = 0;
  PatchField field = PatchField::state;
  std::string from, to;

  bool operator==(const Step&) const = default;
};

struct Decision {
  std::vector<Outcome> outcomes;
  std::vector<Step> steps;  // in the order in which they are to be written
};

// A commit may be written in upper case.
Decision decide(const Request& asked, const TrackingFacts& facts);

}  // namespace quilter
