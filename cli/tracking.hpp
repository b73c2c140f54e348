// The commands of tracking: what people change, who may, and what happened (docs/tracking.md).
// As commands.hpp has it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace quilter::cli {

struct UserArguments {
  std::string login, project, role;
  bool admin = false, no_admin = false, disabled = false, enabled = false;
  std::vector<std::string> addresses, no_addresses;
};

struct TokenArguments {
  std::optional<std::string> login;  // default: who acts
  std::string label;
  std::optional<int> days;  // else it does not end
  std::int64_t id = 0;
};

int user_add(const Common& common, const UserArguments& arguments);
int user_list(const Common& common);
int user_set(const Common& common, const UserArguments& arguments);
int user_role(const Common& common, const UserArguments& arguments);

int token_add(const Common& common, const TokenArguments& arguments);
int token_list(const Common& common, const TokenArguments& arguments);
int token_revoke(const Common& common, const TokenArguments& arguments);

// Their part of the command line; `command` becomes the one that is asked for.
class TrackingLine {
 public:
  TrackingLine(Common& common, std::function<int()>& command)
      : common_{common}, command_{command} {}
  TrackingLine(const TrackingLine&) = delete;
  TrackingLine& operator=(const TrackingLine&) = delete;

  void add_to(CLI::App& app);

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what,
                std::function<int()> run);
  static CLI::App* group(CLI::App& parent, const std::string& name, const std::string& what);
  void add_users(CLI::App& app);
  void add_tokens(CLI::App& app);

  Common& common_;
  std::function<int()>& command_;
  UserArguments user_;
  TokenArguments token_;
};

}  // namespace quilter::cli
