// Takeover: what becomes here of what a Patchwork has of its patches.
//
// Promise: total. A field follows Patchwork until somebody sets it here; from then on it is kept.
// What does not fit is told, and leaves the field as it is.
// Error: none.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/tracking/decide.hpp"
#include "core/tracking/there.hpp"
#include "core/tracking/unfit.hpp"

namespace quilter {

enum class Taking : std::uint8_t {
  same,   // it is so here already
  taken,  // nobody but the takeover has ever set it here
  kept
};
// `set_by`: who set the field here last, "" where nobody did.
Taking taking(std::string_view here, std::string_view set_by, std::string_view there);

struct TakeoverRules {                            // of a project
  std::set<std::string> states;                   // that it has here
  std::map<std::string, std::string> renamed;     // states that are called otherwise here
  std::map<std::int64_t, std::string> logins;     // here, by user there
  std::map<std::int64_t, std::string> usernames;  // there, of those who are no account here
};

struct PatchHere {
  std::string kind;     // of the message
  std::int64_t id = 0;  // 0: that is no patch
  PatchValues values;
  std::array<std::string, patch_fields.size()> set_by;  // last; "" nobody
};

struct CheckToTake {
  std::int64_t patch = 0;
  MessageId message_id;
  std::string login, date;
  CheckResult check;
  std::string request;  // as PostgreSQL reads a uuid: the same whenever this check is looked at
};

struct Takeover {
  std::vector<Step> steps;
  std::vector<CheckToTake> checks;
  std::map<MessageId, std::int64_t> found;  // patches here
  std::array<std::size_t, patch_fields.size()> taken{}, same{};
  Unfitting unfit;
};

// `there`: of one project, `name` here, each message id once.
Takeover take_over(const std::string& name, const std::vector<PatchThere>& there,
                   const std::map<MessageId, PatchHere>& here, const TakeoverRules& rules,
                   std::size_t most_named);

// The state of a check there is a number. Nothing where it is none of the four.
std::optional<std::string> check_state_there(int number);

}  // namespace quilter
