#include "cli/tracking.hpp"

namespace quilter::cli {

CLI::App* TrackingLine::add(CLI::App& parent, const std::string& name, const std::string& what,
                            std::function<int()> run) {
  auto* one = parent.add_subcommand(name, what);
  one->fallthrough();
  one->callback([this, run = std::move(run)] { command_ = run; });
  return one;
}

CLI::App* TrackingLine::group(CLI::App& parent, const std::string& name, const std::string& what) {
  auto* several = parent.add_subcommand(name, what);
  several->fallthrough();
  several->require_subcommand(1);
  return several;
}

void TrackingLine::add_to(CLI::App& app) {
  add_users(app);
  add_tokens(app);
}

void TrackingLine::add_users(CLI::App& app) {
  auto* users = group(app, "user", "accounts: who may change something");
  auto* one = add(*users, "add", "a new account", [this] { return user_add(common_, user_); });
  add(*users, "list", "all accounts", [this] { return user_list(common_); });
  auto* set = add(*users, "set", "change an account", [this] { return user_set(common_, user_); });
  for (auto* either : {one, set}) {
    either->add_option("LOGIN", user_.login, "its name, for ever")->required();
    either->add_flag("--admin", user_.admin, "may do everything, in all projects");
    either->add_option("--address", user_.addresses, "from which its mails come; may be repeated")
        ->allow_extra_args(false);
  }
  set->add_flag("--no-admin", user_.no_admin, "no longer")->excludes("--admin");
  set->add_flag("--disabled", user_.disabled, "may do nothing");
  set->add_flag("--enabled", user_.enabled, "may do what it could again")->excludes("--disabled");
  set->add_option("--no-address", user_.no_addresses, "takes one away; may be repeated")
      ->allow_extra_args(false);
  auto* role = add(*users, "role", "what an account is in a project",
                   [this] { return user_role(common_, user_); });
  role->add_option("PROJECT", user_.project, "name of the project")->required();
  role->add_option("LOGIN", user_.login, "as in user list")->required();
  role->add_option("ROLE", user_.role, "maintainer, reviewer, bot; none takes it away")
      ->required()
      ->check(CLI::IsMember({"maintainer", "reviewer", "bot", "none"}));
}

void TrackingLine::add_tokens(CLI::App& app) {
  auto* tokens = group(app, "token", "by what a program shows that it is an account");
  auto* one = add(*tokens, "add", "a new token; it is shown once, and kept nowhere",
                  [this] { return token_add(common_, token_); });
  one->add_option("LOGIN", token_.login, "of this account; default: who acts");
  one->add_option("--label", token_.label, "what it is for");
  one->add_option("--days", token_.days, "so long it counts; default: until it is revoked")
      ->check(CLI::Range(1, 36'500));
  auto* list = add(*tokens, "list", "all tokens, without what is secret",
                   [this] { return token_list(common_, token_); });
  list->add_option("LOGIN", token_.login, "of this account only");
  auto* revoke = add(*tokens, "revoke", "a token counts no longer",
                     [this] { return token_revoke(common_, token_); });
  revoke->add_option("ID", token_.id, "as in token list")->required();
}

}  // namespace quilter::cli
