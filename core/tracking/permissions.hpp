// Who may do what: the table of docs/tracking.md.
//
// Error: none.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "core/tracking/change.hpp"

namespace quilter {

// `submitter`: of the patch in question. Several can be held at once.
enum class Role : std::uint8_t { admin, maintainer, reviewer, bot, submitter, automation };
inline constexpr std::array roles{Role::admin, Role::maintainer, Role::reviewer,
                                  Role::bot,   Role::submitter,  Role::automation};
std::string_view to_string(Role role);
std::optional<Role> role_of(std::string_view text);

enum class Action : std::uint8_t {
  set_state,
  set_delegate,
  set_archived,
  set_commit,
  add_check,
  add_note,
  run_project,   // its states, roles, delegation rules and switches
  run_accounts,  // accounts and projects; one's own tokens are everybody's own business
};
inline constexpr std::array actions{Action::set_state,   Action::set_delegate, Action::set_archived,
                                    Action::set_commit,  Action::add_check,    Action::add_note,
                                    Action::run_project, Action::run_accounts};
std::string_view to_string(Action action);
Action action_of(PatchField field);

// `own`: a reviewer takes a patch or gives it back; a submitter puts it into a state that is
// `by_submitter`, out of one that is that or asks for action.
enum class Right : std::uint8_t { none, own, all };
Right right(Role role, Action action);
Right right(const std::set<Role>& held, Action action);  // the widest

}  // namespace quilter
