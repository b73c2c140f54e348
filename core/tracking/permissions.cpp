#include "core/tracking/permissions.hpp"

#include <algorithm>
#include <string>

namespace quilter {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, roles.size()> role_names{
    "admin", "maintainer", "reviewer", "bot", "submitter", "automation"};

constexpr auto none = Right::none, own = Right::own, all = Right::all;

struct Row {
  std::string_view action;
  std::array<Right, roles.size()> rights;
};
constexpr std::array<Row, actions.size()> table{{
    // clang-format off
    //               admin maintainer reviewer bot   submitter automation
    {"set-state",    {all, all,       all,     all,  own,      all}},
    {"set-delegate", {all, all,       own,     all,  none,     all}},
    {"set-archived", {all, all,       none,    none, none,     none}},
    {"set-commit",   {all, all,       none,    all,  none,     all}},
    {"add-check",    {all, all,       none,    all,  none,     none}},
    {"add-note",     {all, all,       all,     all,  none,     none}},
    {"run-project",  {all, all,       none,    none, none,     none}},
    {"run-accounts", {all, none,      none,    none, none,     none}},
    // clang-format on
}};

const Row& row_of(Action action) {
  return table.at(static_cast<std::size_t>(action));
}

}  // namespace

std::string_view to_string(Role role) {
  return role_names.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_of(std::string_view text) {
  for (const auto role : roles)
    if (to_string(role) == text) return role;
  return std::nullopt;
}

std::string_view to_string(Action action) {
  return row_of(action).action;
}

Action action_of(PatchField field) {
  switch (field) {
    case PatchField::state:
      return Action::set_state;
    case PatchField::delegate:
      return Action::set_delegate;
    case PatchField::archived:
      return Action::set_archived;
    case PatchField::commit:
      break;
  }
  return Action::set_commit;
}

Right right(Role role, Action action) {
  return row_of(action).rights.at(static_cast<std::size_t>(role));
}

Right right(const std::set<Role>& held, Action action) {
  auto widest = Right::none;
  for (const auto role : held) widest = std::max(widest, right(role, action));
  return widest;
}

}  // namespace quilter
