// The commands of a project's settings that its maintainers run: delegation rules and states. As
// commands.hpp has it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "core/store/states.hpp"

namespace quilter::cli {

struct DelegateArguments {
  std::string project, pattern, login;
  std::optional<std::int32_t> position;  // else behind the others
};

struct StateArguments {
  std::string project, name;
  StateChange change;
};

int delegate_add(const Common& common, const DelegateArguments& arguments);
int delegate_list(const Common& common, const std::string& project);
int delegate_remove(const Common& common, const DelegateArguments& arguments);

int state_list(const Common& common, const std::string& project);
int state_add(const Common& common, const StateArguments& arguments);
int state_set(const Common& common, const StateArguments& arguments);
int state_remove(const Common& common, const StateArguments& arguments);

// Their part of the command line; `command` becomes the one that is asked for.
class SettingLine {
 public:
  SettingLine(Common& common, std::function<int()>& command) : common_{common}, command_{command} {}
  SettingLine(const SettingLine&) = delete;
  SettingLine& operator=(const SettingLine&) = delete;

  void add_to(CLI::App& app);

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what,
                std::function<int()> run);
  static CLI::App* group(CLI::App& parent, const std::string& name, const std::string& what);
  void add_rules(CLI::App& app);
  void add_states(CLI::App& app);
  void add_state_options(CLI::App& one);

  Common& common_;
  std::function<int()>& command_;
  DelegateArguments delegate_;
  StateArguments state_;
};

}  // namespace quilter::cli
