#include "cli/settings.hpp"

namespace quilter::cli {
namespace {

constexpr int most_position = 1'000'000;  // behind the last there is room for others

void add_yes_or_no(CLI::App& one, const std::string& name, std::optional<bool>& value,
                   const std::string& what) {
  one.add_option_function<std::string>(
         name, [&value](const std::string& word) { value = word == "yes"; }, what)
      ->check(CLI::IsMember({"yes", "no"}));
}

}  // namespace

CLI::App* SettingLine::add(CLI::App& parent, const std::string& name, const std::string& what,
                           std::function<int()> run) {
  auto* one = parent.add_subcommand(name, what);
  one->fallthrough();
  one->callback([this, run = std::move(run)] { command_ = run; });
  return one;
}

CLI::App* SettingLine::group(CLI::App& parent, const std::string& name, const std::string& what) {
  auto* several = parent.add_subcommand(name, what);
  several->fallthrough();
  several->require_subcommand(1);
  return several;
}

void SettingLine::add_to(CLI::App& app) {
  add_rules(app);
  add_states(app);
}

void SettingLine::add_rules(CLI::App& app) {
  auto* rules = group(app, "delegate", "who gets the patches that touch a path");
  auto* one = add(*rules, "add", "add or change a rule",
                  [this] { return delegate_add(common_, delegate_); });
  auto* list = add(*rules, "list", "the rules of a project, as they are looked at",
                   [this] { return delegate_list(common_, delegate_.project); });
  auto* remove = add(*rules, "remove", "remove a rule",
                     [this] { return delegate_remove(common_, delegate_); });
  for (auto* each : {one, list, remove})
    each->add_option("PROJECT", delegate_.project, "name of the project")->required();
  one->add_option("PATTERN", delegate_.pattern,
                  "of paths: * is any characters, ? one, a / at the end all below")
      ->required();
  remove->add_option("PATTERN", delegate_.pattern, "as in delegate list")->required();
  one->add_option("LOGIN", delegate_.login, "a maintainer or reviewer of the project")->required();
  one->add_option("--position", delegate_.position,
                  "the lowest that fits counts; default: behind the others")
      ->check(CLI::Range(-most_position, most_position));
}

void SettingLine::add_states(CLI::App& app) {
  auto* states = group(app, "state", "the states of a project's patches, and their moves");
  auto* list = add(*states, "list", "all of them, and what may follow each",
                   [this] { return state_list(common_, state_.project); });
  auto* one = add(*states, "add", "a new state; every other may follow it",
                  [this] { return state_add(common_, state_); });
  auto* set = add(*states, "set", "change a state", [this] { return state_set(common_, state_); });
  auto* remove = add(*states, "remove", "remove a state that no patch is in",
                     [this] { return state_remove(common_, state_); });
  for (auto* each : {list, one, set, remove})
    each->add_option("PROJECT", state_.project, "name of the project")->required();
  one->add_option("STATE", state_.name, "its name, such as in-testing")->required();
  for (auto* each : {set, remove})
    each->add_option("STATE", state_.name, "as in state list")->required();
  for (auto* each : {one, set}) add_state_options(*each);
}

void SettingLine::add_state_options(CLI::App& one) {
  auto& change = state_.change;
  one.add_option("--position", change.position,
                 "in which lists show it; default: behind the others")
      ->check(CLI::Range(-most_position, most_position));
  add_yes_or_no(one, "--action-required", change.action_required,
                "yes: somebody is to look at the patch");
  add_yes_or_no(one, "--by-submitter", change.by_submitter,
                "yes: who sent the patch may put it there");
  one.add_option("--allow", change.allowed, "a state that may follow it, or all; may be repeated")
      ->allow_extra_args(false);
  one.add_option("--forbid", change.forbidden, "one that may not, or all; may be repeated")
      ->allow_extra_args(false);
}

}  // namespace quilter::cli
