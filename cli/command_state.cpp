#include <algorithm>
#include <iostream>

#include "cli/output.hpp"
#include "cli/settings.hpp"

namespace quilter::cli {
namespace {

Json json_of(const State& state) {
  const auto& rule = state.rule;
  return {{"name", state.name},
          {"position", state.position},
          {"action_required", rule.action_required},
          {"by_submitter", rule.by_submitter},
          {"moves_to", rule.moves_to ? Json(*rule.moves_to) : Json(nullptr)}};
}

std::string moves_of(const StateRule& rule) {
  return rule.moves_to ? joined({rule.moves_to->begin(), rule.moves_to->end()}) : every_state;
}

// "": it can be.
std::string fault_of(const StateChange& change) {
  for (const auto& name : change.allowed)
    if (std::ranges::find(change.forbidden, name) != change.forbidden.end())
      return "--allow " + name + " and --forbid " + name + ": one of them";
  return {};
}

bool is_empty(const StateChange& change) {
  return !change.position && !change.action_required && !change.by_submitter &&
         change.allowed.empty() && change.forbidden.empty();
}

}  // namespace

int state_list(const Common& common, const std::string& project) {
  const auto states = States{common.connection()}.list(project);
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& state : states) values.push_back(json_of(state));
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"POSITION", "STATE", "ACTION-REQUIRED", "BY-SUBMITTER", "MOVES-TO"}};
  const auto flag = [](bool value) { return std::string{value ? "yes" : "-"}; };
  for (const auto& state : states)
    rows.push_back({std::to_string(state.position), state.name, flag(state.rule.action_required),
                    flag(state.rule.by_submitter), moves_of(state.rule)});
  std::cout << table(rows);
  return exit_code::ok;
}

int state_add(const Common& common, const StateArguments& arguments) {
  if (const auto fault = fault_of(arguments.change); !fault.empty())
    return complain(fault, exit_code::usage);
  States{common.connection()}.add(common.acting(), arguments.project, arguments.name,
                                  arguments.change);
  return exit_code::ok;
}

int state_set(const Common& common, const StateArguments& arguments) {
  if (is_empty(arguments.change))
    return complain("nothing to set: --allow, --forbid, --position, …", exit_code::usage);
  if (const auto fault = fault_of(arguments.change); !fault.empty())
    return complain(fault, exit_code::usage);
  States{common.connection()}.change(common.acting(), arguments.project, arguments.name,
                                     arguments.change);
  return exit_code::ok;
}

int state_remove(const Common& common, const StateArguments& arguments) {
  States{common.connection()}.remove(common.acting(), arguments.project, arguments.name);
  return exit_code::ok;
}

}  // namespace quilter::cli
