// The commands of `quilter`. Each takes what the command line said, writes to standard output, and
// returns an exit code; StoreError and ConfigError pass through to main().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/series/stitch.hpp"
#include "core/spool/spool_folder.hpp"

namespace quilter::cli {

enum class Output : std::uint8_t { table, json };

struct Common {
  std::string database;  // libpq connection string; "" where it comes from the configuration file
  std::string config_file = "/etc/quilter/quilter.toml";
  bool json = false;
  std::string as;                  // login of the account that acts; "": the OS user's
  std::vector<std::string> words;  // the command line, as it was typed
  std::string color = "auto";      // auto, always, never

  std::string acting() const;  // --as, else the OS user's login
  Output output() const { return json ? Output::json : Output::table; }
  std::string connection() const;   // --database, else the configuration file's; ConfigError
  StitchOptions stitching() const;  // the configuration file's; the defaults beside --database
  std::size_t max_message_bytes() const;  // likewise
};

struct SetupArguments {
  std::string role = "quilter";  // that the daemon connects as
  bool run = false;
};

struct ProjectArguments {
  std::string name;
  std::vector<std::string> list_ids, recipients, hints;
  std::optional<std::string> subject_match, list_tag;
  bool tracked = false, untracked = false;
  std::optional<bool> auto_supersede, auto_delegate, auto_accept;
};

struct ParseArguments {
  std::vector<std::string> files;  // "-" is standard input
  bool mbox = false;               // each is an mbox, not a message
  std::string list_tag;
  std::vector<std::string> list_addresses, hints;
};

struct SpoolArguments {
  std::string folder;  // "" where it comes from the configuration file
  std::vector<std::string> ids;
  bool all = false;
  bool forced = false;
  bool raw = false;
};

struct ImportArguments {
  std::vector<std::string> sources;    // "-" is standard input
  std::optional<std::string> project;  // else by the mails' list fields
  int jobs = 4;
  std::string resume_file;  // "": nothing is remembered
  std::chrono::seconds give_up_after{3600};
  bool quiet = false;
};

struct DeliverArguments {
  std::optional<std::string> project;  // else by the mail's list fields
  std::chrono::seconds patience{30};
  bool verbose = false;
};

struct DoctorArguments {
  std::string user = "quilter";  // that the daemon runs as
  std::string mta_user;          // "": postfix, or as sendmail.cf says
  std::string postfix_folder = "/etc/postfix";
  std::string sendmail_file = "/etc/mail/sendmail.cf";
};

struct ReparseArguments {
  std::optional<std::string> project;  // else all
  bool apply = false;
  bool yes = false;     // do not ask
  bool forget = false;  // what would be ignored now may go
};

struct GitScanArguments {
  std::string repository, range;
  std::optional<std::string> project;  // else all
  bool dry_run = false;
};

struct AutomateArguments {
  bool skip = false;   // leave what was until now as it is
  bool again = false;  // look at all that was
};

int setup_db(const Common& common, const SetupArguments& arguments);
int migrate(const Common& common);

int project_add(const Common& common, const ProjectArguments& arguments);
int project_list(const Common& common);
int project_set(const Common& common, const ProjectArguments& arguments);
int project_remove(const Common& common, const std::string& name);

int series_merge(const Common& common, std::int64_t kept, std::int64_t other);
int series_split(const Common& common, std::int64_t id, const std::vector<std::int32_t>& numbers);
int series_show(const Common& common, std::int64_t id);
int patch_show(const Common& common, const std::string& message_id, bool with_diff);

int mbox(const Common& common, const std::string& id);  // a series id, or a patch's message id
int parse(const Common& common, const ParseArguments& arguments);
int dump(const Common& common, const std::string& project);

int import_mail(const Common& common, const ImportArguments& arguments);
int deliver(const Common& common, const DeliverArguments& arguments);
int reparse(const Common& common, const ReparseArguments& arguments);

int git_scan(const Common& common, const GitScanArguments& arguments);
int automate(const Common& common, const AutomateArguments& arguments);

int doctor(const Common& common, const DoctorArguments& arguments);

SpoolFolder spool_folder(const Common& common, const SpoolArguments& arguments);
int spool_list(const Common& common, const SpoolArguments& arguments);
int spool_show(const Common& common, const SpoolArguments& arguments);
int spool_replay(const Common& common, const SpoolArguments& arguments);
int spool_retry(const Common& common, const SpoolArguments& arguments);
int spool_drop(const Common& common, const SpoolArguments& arguments);

}  // namespace quilter::cli
