// The commands of tracking: what people change, who may, and what happened (docs/tracking.md).
// As commands.hpp has it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/store/feed.hpp"
#include "core/store/remarks.hpp"
#include "core/tracking/change.hpp"
#include "core/tracking/check.hpp"

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

struct SetArguments {
  std::vector<std::string> words;  // IDs, and FIELD=VALUE
  std::vector<std::string> from;   // FIELD=VALUE, or VALUE where one field is set
  std::optional<std::int64_t> revision;
  std::optional<std::string> project;
  bool each = false, dry_run = false;
};

struct CheckArguments {
  std::string id;  // message id
  std::int64_t series = 0;
  std::optional<std::string> project;
  CheckResult check;
};

struct NoteArguments {
  std::string id, text;  // text "-": standard input
  std::optional<std::string> project;
};

struct WatchArguments {
  std::string since;  // a cursor; "": the beginning; "now"
  EventFilter filter;
  std::optional<std::int64_t> most;
  bool follow = false;
};

struct PatchworkArguments {
  std::string from;                   // libpq connection string of its database
  std::vector<std::string> projects;  // LINKNAME, or LINKNAME=NAME; none: all
  std::vector<std::string> states;    // THERE=HERE
  bool dry_run = false;
};

struct Remarks {  // on a message, in all projects
  std::vector<CheckEntry> checks;
  std::vector<NoteEntry> notes;
};
Json checks_json(const std::vector<CheckEntry>& checks);
Json remarks_json(const Remarks& remarks, const std::string& project);  // "checks" and "notes"

std::string bare(const std::string& id);  // a message id, without angle brackets

// --project, else the one that has these messages, "" where none has. Refused where several have.
std::string project_of(const Common& common, const std::optional<std::string>& named,
                       const std::vector<std::string>& message_ids);

// Prints what became of a request; the exit code says whether something was refused.
int tell(const Common& common, const std::vector<Outcome>& outcomes);

int patch_set(const Common& common, const SetArguments& arguments);
int series_set(const Common& common, const SetArguments& arguments);
int patch_check_add(const Common& common, const CheckArguments& arguments);
int patch_check_list(const Common& common, const CheckArguments& arguments);
int series_check_add(const Common& common, const CheckArguments& arguments);
int series_check_list(const Common& common, const CheckArguments& arguments);
int note_add(const Common& common, const NoteArguments& arguments);

int watch(const Common& common, const WatchArguments& arguments);
int history(const Common& common, const std::string& id);   // message id, or number of a series
int replay(const Common& common, const std::string& file);  // watch's JSON; "-": standard input

int import_patchwork(const Common& common, const PatchworkArguments& arguments);

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
  void add_to(CLI::App& patch, CLI::App& series);

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what,
                std::function<int()> run);
  static CLI::App* group(CLI::App& parent, const std::string& name, const std::string& what);
  void add_users(CLI::App& app);
  void add_tokens(CLI::App& app);
  void add_feed(CLI::App& app);
  void add_patchwork(CLI::App& app);
  void add_set(CLI::App& one, const std::string& what);
  void add_patch_checks(CLI::App& patch);
  void add_series_checks(CLI::App& series);
  void add_check_options(CLI::App& one);
  static void add_project(CLI::App& one, std::optional<std::string>& project);

  Common& common_;
  std::function<int()>& command_;
  UserArguments user_;
  TokenArguments token_;
  SetArguments set_;
  CheckArguments check_;
  NoteArguments note_;
  WatchArguments watch_;
  PatchworkArguments patchwork_;
  std::string id_;
};

}  // namespace quilter::cli
