#include <pwd.h>
#include <unistd.h>

#include <iostream>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "core/store/accounts.hpp"

namespace quilter::cli {
namespace {

std::string roles_of(const Account& account) {
  std::vector<std::string> texts;
  if (account.admin) texts.emplace_back("admin");
  for (const auto& [project, role] : account.roles) texts.push_back(role + " of " + project);
  return joined(texts);
}

Json json_of(const Account& account) {
  auto roles = Json::object();
  for (const auto& [project, role] : account.roles) roles[project] = role;
  return {{"login", account.login},
          {"admin", account.admin},
          {"disabled", account.disabled},
          {"addresses", account.addresses},
          {"roles", roles}};
}

Json json_of(const Token& token) {
  return {{"id", token.id},
          {"login", token.login},
          {"label", token.label},
          {"created", date(token.created)},
          {"expires", date(token.expires)},
          {"revoked", date(token.revoked)}};
}

}  // namespace

std::string Common::acting() const {
  if (!as.empty()) return as;
  const auto* user = getpwuid(geteuid());
  return user != nullptr ? user->pw_name : std::to_string(geteuid());
}

int user_add(const Common& common, const UserArguments& arguments) {
  Accounts{common.connection()}.add(common.acting(), {.login = arguments.login,
                                                      .admin = arguments.admin,
                                                      .disabled = false,
                                                      .addresses = arguments.addresses,
                                                      .roles = {}});
  return exit_code::ok;
}

int user_list(const Common& common) {
  const auto accounts = Accounts{common.connection()}.all();
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& account : accounts) values.push_back(json_of(account));
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{{"LOGIN", "DISABLED", "ROLES", "ADDRESSES"}};
  for (const auto& account : accounts)
    rows.push_back({account.login, account.disabled ? "yes" : "-", roles_of(account),
                    joined(account.addresses)});
  std::cout << table(rows);
  return exit_code::ok;
}

int user_set(const Common& common, const UserArguments& arguments) {
  AccountChange change{.admin = std::nullopt,
                       .disabled = std::nullopt,
                       .addresses = arguments.addresses,
                       .no_addresses = arguments.no_addresses};
  if (arguments.admin || arguments.no_admin) change.admin = arguments.admin;
  if (arguments.disabled || arguments.enabled) change.disabled = arguments.disabled;
  if (!change.admin && !change.disabled && change.addresses.empty() && change.no_addresses.empty())
    return complain("nothing to set: --disabled, --admin, --address, …", exit_code::usage);
  Accounts{common.connection()}.change(common.acting(), arguments.login, change);
  return exit_code::ok;
}

int user_role(const Common& common, const UserArguments& arguments) {
  Accounts{common.connection()}.give_role(common.acting(), arguments.project, arguments.login,
                                          role_of(arguments.role));
  return exit_code::ok;
}

int token_add(const Common& common, const TokenArguments& arguments) {
  const auto by = common.acting();
  const auto lifetime = arguments.days ? std::optional{std::chrono::days{*arguments.days}}
                                       : std::optional<std::chrono::days>{};
  const auto token = Accounts{common.connection()}.add_token(by, arguments.login.value_or(by),
                                                             arguments.label, lifetime);
  if (common.output() == Output::json)
    print(Json{{"token", token}});
  else
    std::cout << token << '\n';
  return exit_code::ok;
}

int token_list(const Common& common, const TokenArguments& arguments) {
  const auto tokens = Accounts{common.connection()}.tokens(arguments.login.value_or(""));
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& token : tokens) values.push_back(json_of(token));
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"TOKEN", "LOGIN", "CREATED", "EXPIRES", "REVOKED", "LABEL"}};
  for (const auto& token : tokens)
    rows.push_back({std::to_string(token.id), token.login, when(token.created), when(token.expires),
                    when(token.revoked), token.label.empty() ? "-" : token.label});
  std::cout << table(rows);
  return exit_code::ok;
}

int token_revoke(const Common& common, const TokenArguments& arguments) {
  Accounts{common.connection()}.revoke_token(common.acting(), arguments.id);
  return exit_code::ok;
}

}  // namespace quilter::cli
