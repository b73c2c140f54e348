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
  add_feed(app);
  add_users(app);
  add_tokens(app);
  add_patchwork(app);
}

void TrackingLine::add_feed(CLI::App& app) {
  auto* feed = add(app, "watch", "what happened, in the order of commits",
                   [this] { return watch(common_, watch_); });
  feed->add_option("--since", watch_.since, "a cursor that watch printed, or now; else all");
  feed->add_option("--project", watch_.filter.project, "in this project only");
  feed->add_option("--category", watch_.filter.categories, "such as check-created; may be repeated")
      ->allow_extra_args(false);
  feed->add_option("--actor", watch_.filter.actor, "by this login, ingest or automation");
  feed->add_option_function<std::string>(
      "--patch", [this](const std::string& id) { watch_.filter.message_id = bare(id); },
      "of this message id only");
  feed->add_option("--most", watch_.most, "so many events")->check(CLI::Range(1, 1'000'000));
  feed->add_flag("--follow", watch_.follow, "and then what happens, until it is stopped");
  auto* one = add(app, "history", "what happened to a patch or series, the oldest first",
                  [this] { return history(common_, bare(id_)); });
  one->add_option("ID", id_, "a message id, or a series as series list has it")->required();
  auto* again = add(app, "replay", "make what people changed in another database here too",
                    [this] { return replay(common_, id_); });
  again->add_option("FILE", id_, "what quilter --json watch printed there; - for standard input")
      ->required();
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

void TrackingLine::add_patchwork(CLI::App& app) {
  auto* one = add(app, "import-patchwork", "take over what people decided in a Patchwork",
                  [this] { return import_patchwork(common_, patchwork_); });
  one->add_option("--from", patchwork_.from, "its PostgreSQL database: a libpq connection string")
      ->required();
  one->add_option("--project", patchwork_.projects,
                  "LINKNAME there, or LINKNAME=NAME here; may be repeated; default: all")
      ->allow_extra_args(false);
  one->add_option("--state", patchwork_.states, "THERE=HERE: its name here; may be repeated")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        const auto sign = text.find('=');
        return sign == 0 || sign == std::string::npos ? "is THERE=HERE" : std::string{};
      });
  one->add_flag("--dry-run", patchwork_.dry_run, "say what would be taken, and write nothing");
}

void TrackingLine::add_to(CLI::App& patch, CLI::App& series) {
  auto* one = add(patch, "set", "change state, delegate, archived or commit of patches",
                  [this] { return patch_set(common_, set_); });
  add_set(*one, "message ids, and what to set: state=accepted, delegate=LOGIN, archived=yes …");
  add_project(*one, set_.project);
  one->add_option("--revision", set_.revision, "refuse what has moved since this revision")
      ->check(CLI::NonNegativeNumber);
  auto* whole = add(series, "set", "change all patches of a series",
                    [this] { return series_set(common_, set_); });
  add_set(*whole, "series, and what to set: state=accepted, delegate=LOGIN, archived=yes …");
  add_patch_checks(patch);
  add_series_checks(series);
  auto* notes = group(patch, "note", "what those with a role tell each other");
  auto* note = add(*notes, "add", "a note on a patch", [this] { return note_add(common_, note_); });
  note->add_option("MESSAGE-ID", note_.id, "with or without angle brackets")->required();
  note->add_option("TEXT", note_.text, "- for standard input")->required();
  add_project(*note, note_.project);
}

void TrackingLine::add_set(CLI::App& one, const std::string& what) {
  one.add_option("WORD", set_.words, what)->required();
  one.add_option("--from", set_.from, "refuse where the value is another; FIELD=VALUE of several")
      ->allow_extra_args(false);
  one.add_flag("--each", set_.each, "patch by patch; else all or nothing");
  one.add_flag("--dry-run", set_.dry_run, "say what would become of it, and write nothing");
}

void TrackingLine::add_patch_checks(CLI::App& patch) {
  auto* checks = group(patch, "check", "what CI says of a patch");
  auto* one = add(*checks, "add", "a result; the newest of a context counts",
                  [this] { return patch_check_add(common_, check_); });
  auto* list = add(*checks, "list", "the newest result of each context",
                   [this] { return patch_check_list(common_, check_); });
  for (auto* either : {one, list})
    either->add_option("MESSAGE-ID", check_.id, "with or without angle brackets")->required();
  add_check_options(*one);
  add_project(*one, check_.project);
}

void TrackingLine::add_series_checks(CLI::App& series) {
  auto* checks = group(series, "check", "what CI says of a series as a whole");
  auto* one = add(*checks, "add", "a result; the newest of a context counts",
                  [this] { return series_check_add(common_, check_); });
  auto* list = add(*checks, "list", "the newest result of each context",
                   [this] { return series_check_list(common_, check_); });
  for (auto* either : {one, list})
    either->add_option("ID", check_.series, "as in series list")->required();
  add_check_options(*one);
}

void TrackingLine::add_check_options(CLI::App& one) {
  one.add_option("CONTEXT", check_.check.context, "what was tried, such as build/x86")->required();
  one.add_option("STATE", check_.check.state, "pending, success, warning or fail")->required();
  one.add_option("--url", check_.check.url, "where it is told at length");
  one.add_option("--description", check_.check.description, "in one line");
}

void TrackingLine::add_project(CLI::App& one, std::optional<std::string>& project) {
  one.add_option("--project", project, "where the message went to several lists");
}

}  // namespace quilter::cli
