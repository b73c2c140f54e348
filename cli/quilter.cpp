// quilter: the tool. main() is the list of its commands.

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/lacking_right.hpp"
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/tracking.hpp"
#include "cli/usage.hpp"
#include "config/config_error.hpp"
#include "core/mail/hints.hpp"
#include "core/store/archive.hpp"
#include "core/store/set_up.hpp"
#include "quilter/version.hpp"

namespace {

using namespace quilter;

std::string fault_of_hint(const std::string& text) {
  if (text == "none" || hint_right(text)) return {};
  return "it is HINT:SENDER, such as ignore:* or state:ann@example.org, or none; hints are ignore, "
         "state, delegate and action-required";
}

// What the command line says, and the command that it asks for.
struct CommandLine {
  CLI::App app{"quilter: looks into, and sets up, a Quilter archive", "quilter"};
  cli::Common common;
  cli::SetupArguments setup;
  cli::ProjectArguments project;
  cli::ParseArguments parse;
  cli::SpoolArguments spool;
  cli::ImportArguments import;
  cli::DeliverArguments deliver;
  cli::DoctorArguments doctor;
  cli::ReparseArguments reparse;
  cli::GitScanArguments git_scan;
  cli::AutomateArguments automate;
  std::string id;
  std::int64_t series_id = 0, other_id = 0;
  std::vector<std::int32_t> numbers;
  bool with_diff = false;
  std::function<int()> command;
  cli::ListLine lists{common, command};
  cli::TrackingLine tracking{common, command};
  cli::SettingLine settings{common, command};

  CommandLine() {
    app.failure_message(cli::usage_message);
    app.set_version_flag("--version", std::string{"quilter "} + version);
    app.add_option("--database", common.database,
                   "libpq connection string; default: as the configuration file says")
        ->envname("QUILTER_DATABASE")
        ->check(fault_of_connection);
    app.add_option("--config", common.config_file, "configuration file")->capture_default_str();
    app.add_flag("--json", common.json, "print JSON instead of tables");
    app.add_option("--color", common.color, "auto, always, never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.add_option("--as", common.as, "login of the account that acts; default: the user's")
        ->envname("QUILTER_AS");
    app.fallthrough();
    app.require_subcommand(1);
    auto* setup_db =
        add(app, "setup-db", "print what sets the database up, for psql; or do it, with --run",
            [this] { return cli::setup_db(common, setup); });
    setup_db->add_option("--role", setup.role, "that the daemon connects as")
        ->capture_default_str();
    setup_db->add_flag("--run", setup.run, "run it, and migrate (a superuser's rights)");
    add(app, "migrate", "create the schema, or bring it up to date (owner's rights)",
        [this] { return cli::migrate(common); });
    add_project();
    add_series();
    auto* parse_command = add(app, "parse", "show what would be recorded from a mail, and why",
                              [this] { return cli::parse(common, parse); });
    parse_command->add_option("FILE", parse.files, "messages; - for standard input")->required();
    parse_command->add_flag("--mbox", parse.mbox, "each FILE is an mbox (also mboxo, mboxrd)");
    parse_command->add_option("--list-tag", parse.list_tag, "tag that the list puts into subjects");
    parse_command->add_option("--list-address", parse.list_addresses, "address of the list")
        ->allow_extra_args(false);  // what follows is a FILE
    parse_command->add_option("--hint", parse.hints, "as of a project: ignore:*, state:ADDRESS …")
        ->allow_extra_args(false)
        ->check(fault_of_hint);
    auto* dump_command = add(app, "dump", "print the canonical dump of a project (docs/dump.md)",
                             [this] { return cli::dump(common, id); });
    dump_command->add_option("--project", id, "name of the project")->required();
    add_spool();
    add_import();
    add_doctor();
    add_automation();
    lists.add_to(app);
    tracking.add_to(app);
    settings.add_to(app);
  }

  // "project set".
  std::string name_of_command() const {
    std::string name;
    for (const auto* one = &app; !one->get_subcommands().empty();) {
      one = one->get_subcommands().front();
      name += (name.empty() ? "" : " ") + one->get_name();
    }
    return name;
  }

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what,
                std::function<int()> run) {
    auto* command_app = parent.add_subcommand(name, what);
    command_app->fallthrough();
    command_app->callback([this, run = std::move(run)] { command = run; });
    return command_app;
  }

  CLI::App* group(const std::string& name, const std::string& what) {
    auto* group = app.add_subcommand(name, what);
    group->fallthrough();
    group->require_subcommand(1);
    return group;
  }

  void add_project_options(CLI::App& command_app) {
    command_app.add_option("NAME", project.name, "short and unique")->required();
    command_app.add_option("--list-id", project.list_ids, "RFC 2919 list id; may be repeated");
    command_app.add_option("--recipient", project.recipients,
                           "address that means this list; may be repeated");
    command_app.add_option("--subject-match", project.subject_match,
                           "RE2: only subjects that match");
    command_app.add_option("--list-tag", project.list_tag, "tag that the list puts into subjects");
    command_app
        .add_option("--hint", project.hints,
                    "who may hint: ignore:*, state:ADDRESS, delegate:@DOMAIN, none; may be "
                    "repeated")
        ->check(fault_of_hint);
  }

  void add_project() {
    auto* projects = group("project", "what is tracked");
    add_project_options(*add(*projects, "add", "track a list",
                             [this] { return cli::project_add(common, project); }));
    add(*projects, "list", "all projects", [this] { return cli::project_list(common); });
    auto* set = add(*projects, "set", "change a project",
                    [this] { return cli::project_set(common, project); });
    add_project_options(*set);
    auto* tracked = set->add_flag("--tracked", project.tracked, "record its mail (again)");
    set->add_flag("--untracked", project.untracked, "keep its archive, record no more")
        ->excludes(tracked);
    add_switch(*set, "--auto-supersede", project.auto_supersede,
               "older versions, when a newer one is complete");
    add_switch(*set, "--auto-delegate", project.auto_delegate, "by the rules of quilter delegate");
    add_switch(*set, "--auto-accept", project.auto_accept, "what quilter git-scan finds");
    auto* remove = add(*projects, "remove", "forget a project without messages",
                       [this] { return cli::project_remove(common, project.name); });
    remove->add_option("NAME", project.name, "name of the project")->required();
  }

  void add_series() {
    auto* series = group("series", "patches and cover letter that belong together");
    auto* show = add(*series, "show", "one series and its patches",
                     [this] { return cli::series_show(common, series_id); });
    show->add_option("ID", series_id, "as in series list")->required();
    auto* merge = add(*series, "merge", "two series are one, whatever their mails say",
                      [this] { return cli::series_merge(common, series_id, other_id); });
    merge->add_option("ID", series_id, "as in series list")->required();
    merge->add_option("OTHER", other_id, "the series that becomes part of it")->required();
    auto* split = add(*series, "split", "some patches of a series are a series of their own",
                      [this] { return cli::series_split(common, series_id, numbers); });
    split->add_option("ID", series_id, "as in series list")->required();
    split->add_option("NUMBER", numbers, "of the patches that leave; 0 is the cover letter")
        ->required();

    auto* patch = group("patch", "one patch, pull request or cover letter");
    auto* patch_show = add(*patch, "show", "what the mail said and what became of it",
                           [this] { return cli::patch_show(common, cli::bare(id), with_diff); });
    patch_show->add_option("MESSAGE-ID", id, "with or without angle brackets")->required();
    patch_show->add_flag("--diff", with_diff, "print the diff too");
    lists.add_to(*patch, *series);
    tracking.add_to(*patch, *series);
    auto* mbox = add(app, "mbox", "a series or a patch, as git am takes it",
                     [this] { return cli::mbox(common, cli::bare(id)); });
    mbox->add_option("ID", id, "a series id, or the message id of a patch or cover letter")
        ->required();
  }

  void add_spool() {
    auto* spooled = group("spool", "mail that waits on disk for the database, or was set aside");
    spooled->add_option("--folder", spool.folder,
                        "the spool; default: as the configuration file says");
    add(*spooled, "list", "all of it, the oldest first",
        [this] { return cli::spool_list(common, spool); });
    auto* show = add(*spooled, "show", "one message: what is known of it, or its bytes",
                     [this] { return cli::spool_show(common, spool); });
    show->add_option("ID", spool.ids, "as in spool list")->required()->expected(1);
    show->add_flag("--raw", spool.raw, "print the message, byte for byte");
    auto* replay = add(*spooled, "replay", "record what waits now, also where no daemon runs",
                       [this] { return cli::spool_replay(common, spool); });
    replay->add_option("ID", spool.ids, "as in spool list; default: all that waits");
    auto* retry = add(*spooled, "retry", "let the daemon record what was set aside",
                      [this] { return cli::spool_retry(common, spool); });
    auto* ids = retry->add_option("ID", spool.ids, "as in spool list");
    retry->add_flag("--all", spool.all, "whatever was set aside and is whole")->excludes(ids);
    auto* drop =
        add(*spooled, "drop", "delete messages", [this] { return cli::spool_drop(common, spool); });
    drop->add_option("ID", spool.ids, "as in spool list")->required();
    drop->add_flag("--force", spool.forced, "also those that wait to be recorded");
  }

  void add_import() {
    auto* mail = add(app, "import", "record the mail of a mailbox or repository",
                     [this] { return cli::import_mail(common, import); });
    mail->add_option("SOURCE", import.sources,
                     "mbox, maildir, public-inbox repository; - for an mbox on standard input")
        ->required();
    mail->add_option("--project", import.project, "whatever lists the mails name");
    mail->add_option("--jobs", import.jobs, "transactions open at once")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    mail->add_option("--resume", import.resume_file,
                     "file that remembers how far it came, to go on there the next time");
    add_seconds(*mail, "--give-up-after", import.give_up_after, "seconds to wait for the database");
    mail->add_flag("--quiet", import.quiet, "no progress");

    auto* one = add(app, "deliver", "record the mail on standard input",
                    [this] { return cli::deliver(common, deliver); });
    one->add_option("--project", deliver.project, "whatever list the mail names");
    add_seconds(*one, "--patience", deliver.patience, "seconds to wait for the database");
    one->add_flag("--verbose", deliver.verbose, "say what became of it");

    auto* again = add(app, "reparse", "read all recorded mails again, and show what would differ",
                      [this] { return cli::reparse(common, reparse); });
    again->add_option("--project", reparse.project, "this project only");
    auto* apply = again->add_flag("--apply", reparse.apply, "and then write it");
    again->add_flag("--yes", reparse.yes, "do not ask before")->needs(apply);
    again->add_flag("--forget", reparse.forget, "mails that would be ignored now may go, for good")
        ->needs(apply);
  }

  void add_doctor() {
    auto* look = add(app, "doctor", "look for what goes wrong, and say what mends it",
                     [this] { return cli::doctor(common, doctor); });
    look->add_option("--user", doctor.user, "that the daemon runs as")->capture_default_str();
    look->add_option("--mta-user", doctor.mta_user,
                     "that the MTA runs as; default: postfix, or as sendmail.cf says");
    look->add_option("--postfix", doctor.postfix_folder, "folder of Postfix's main.cf")
        ->capture_default_str();
    look->add_option("--sendmail-cf", doctor.sendmail_file, "Sendmail's configuration")
        ->capture_default_str();
  }

  void add_automation() {
    auto* scan = add(app, "git-scan", "accept the patches that were merged in a git repository",
                     [this] { return cli::git_scan(common, git_scan); });
    scan->add_option("REPO", git_scan.repository, "folder of the repository")->required();
    scan->add_option("RANGE", git_scan.range, "commits, as git rev-list takes them: v1..v2")
        ->required();
    scan->add_option("--project", git_scan.project, "patches of this project only");
    scan->add_flag("--dry-run", git_scan.dry_run, "show what would change, and change nothing");

    auto* run = add(app, "automate", "do what follows from new mail, as the projects' switches say",
                    [this] { return cli::automate(common, automate); });
    auto* skip = run->add_flag("--skip", automate.skip, "leave what came until now as it is");
    run->add_flag("--again", automate.again, "look at all that ever came")->excludes(skip);
  }

  static void add_switch(CLI::App& command_app, const std::string& name, std::optional<bool>& value,
                         const std::string& what) {
    command_app
        .add_option_function<std::string>(
            name, [&value](const std::string& word) { value = word == "on"; }, what)
        ->check(CLI::IsMember({"on", "off"}));
  }

  static void add_seconds(CLI::App& command_app, const std::string& name,
                          std::chrono::seconds& value, const std::string& what) {
    command_app
        .add_option_function<long>(
            name, [&value](long seconds) { value = std::chrono::seconds{seconds}; }, what)
        ->check(CLI::Range(1L, 1'000'000L))
        ->default_str(std::to_string(value.count()));
  }
};

}  // namespace

int main(int argc, char** argv) {
  try {
    CommandLine line;
    line.common.words.assign(argv + 1, argv + argc);
    try {
      line.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const bool from_mta = line.app.got_subcommand("deliver");  // it would bounce the mail
      if (line.app.exit(error) == 0) return exit_code::ok;
      return from_mta ? exit_code::failure : exit_code::usage;
    }
    try {
      return line.command();
    } catch (const Forbidden& error) {
      return cli::complain(cli::lacking_right(line.common, line.name_of_command(), error));
    }
  } catch (const ConfigError& error) {
    return cli::complain(error.what(), exit_code::bad_config);
  } catch (const cli::UsageError& error) {
    return cli::complain(error.what(), exit_code::usage);
  } catch (const Refused& error) {
    return cli::complain(error.what());
  } catch (const std::exception& error) {
    return cli::complain(error.what(), exit_code::failure);
  }
}
