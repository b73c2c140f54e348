#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "cli/commands.hpp"
#include "cli/doctor/installation.hpp"
#include "cli/doctor/sendmail.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {
namespace {

using namespace std::chrono_literals;
using doctor::Findings;
using doctor::Installation;
using doctor::Level;

constexpr auto limit_of_a_check = 30s;  // libpq's own 5 s a host, a resolver that is away

enum class Eyes : std::uint8_t { ours, daemons, mtas };

struct Check {
  std::string_view name;
  Eyes eyes;
  void (*look)(const Installation&, const doctor::Report&);
  std::string_view needs;  // another check; where that one fails, this has nothing to say
};

constexpr std::array checks{
    Check{"configuration", Eyes::daemons, doctor::check_config_file, ""},
    Check{"unit", Eyes::ours, doctor::check_unit, ""},
    Check{"database", Eyes::daemons, doctor::check_connection, ""},
    Check{"schema", Eyes::daemons, doctor::check_schema, "database"},
    Check{"rights", Eyes::daemons, doctor::check_rights, "database"},
    Check{"locks", Eyes::daemons, doctor::check_locks, "database"},
    Check{"commit", Eyes::daemons, doctor::check_commits, "database"},
    Check{"durability", Eyes::daemons, doctor::check_durability, "database"},
    Check{"projects", Eyes::daemons, doctor::check_projects, "rights"},
    Check{"clock", Eyes::daemons, doctor::check_clock, "database"},
    Check{"spool", Eyes::daemons, doctor::check_spool, ""},
    Check{"disk", Eyes::daemons, doctor::check_disk, ""},
    Check{"socket", Eyes::mtas, doctor::check_socket, ""},
    Check{"milter", Eyes::mtas, doctor::check_milter, "socket"},
    Check{"mta", Eyes::ours, doctor::check_mta, ""},
};

std::string mta_user(const Installation& installation, const DoctorArguments& arguments) {
  if (!arguments.mta_user.empty()) return arguments.mta_user;
  if (installation.mta == doctor::Mta::postfix) return "postfix";
  if (installation.mta == doctor::Mta::none) return "";  // of another host: we look ourselves
  std::ifstream file{installation.sendmail_file, std::ios::binary};
  return doctor::run_as_user(std::string{std::istreambuf_iterator<char>{file}, {}});
}

Installation installation_of(const Common& common, const DoctorArguments& arguments) {
  Installation installation;
  installation.config_file = common.config_file;
  installation.config = load_config(common.config_file);
  installation.postfix_folder = arguments.postfix_folder;
  installation.sendmail_file = arguments.sendmail_file;
  // F_OK: a main.cf that we may not read is there all the same.
  if (::access((arguments.postfix_folder + "/main.cf").c_str(), F_OK) == 0)
    installation.mta = doctor::Mta::postfix;
  else if (::access(arguments.sendmail_file.c_str(), F_OK) == 0)
    installation.mta = doctor::Mta::sendmail;
  installation.daemon = doctor::user_named(arguments.user);
  installation.mta_user = doctor::user_named(mta_user(installation, arguments));
  return installation;
}

Findings run(const Check& check, const Installation& installation) {
  std::optional<doctor::User> as;
  if (check.eyes == Eyes::daemons) as = installation.daemon;
  if (check.eyes == Eyes::mtas) as = installation.mta_user;
  if (::geteuid() != 0) as.reset();
  auto findings = doctor::run_bounded(
      limit_of_a_check, as, [&](const auto& report) { check.look(installation, report); });
  for (auto& finding : findings) finding.check = check.name;
  return findings;
}

void show(const doctor::Finding& finding) {
  constexpr std::size_t width = 9;
  constexpr std::size_t longest = 4'000;
  std::string line{doctor::to_string(finding.level)};
  line.resize(width, ' ');
  line += finding.check + ": " + printable(finding.text, longest) + '\n';
  if (!finding.command.empty())
    line += std::string(width, ' ') + "mend: " + printable(finding.command, longest) + '\n';
  std::cout << line << std::flush;
}

Json json_of(const doctor::Finding& finding) {
  return {{"check", finding.check},
          {"result", doctor::to_string(finding.level)},
          {"text", finding.text},
          {"command", or_null(finding.command)}};
}

class Answer {
 public:
  explicit Answer(Output output) : output_{output} {}

  void add(const Findings& findings) {
    for (const auto& finding : findings) {
      wrong_ = wrong_ || finding.level == Level::wrong;
      if (output_ == Output::json)
        values_.push_back(json_of(finding));
      else
        show(finding);
    }
  }
  int end() const {
    if (output_ == Output::json) print(values_);
    return wrong_ ? exit_code::refused : exit_code::ok;
  }

 private:
  Output output_;
  Json values_ = Json::array();
  bool wrong_ = false;
};

doctor::Finding finding_of(const ConfigError& error, const std::string& file) {
  std::string text;
  for (const auto& line : error.lines()) text += (text.empty() ? "" : "; ") + line;
  return {Level::wrong, "configuration", text,
          "sudoedit " + doctor::word(file) + " && quilterd --config " + doctor::word(file) +
              " --check-config"};
}

// Not for root, and not for who is both.
doctor::Finding finding_of_eyes(const Installation& installation) {
  return {Level::skipped, "users",
          "looked at as " + doctor::current_user().name + ", not as " +
              (installation.daemon ? installation.daemon->name : "the daemon's user") +
              (installation.mta_user ? " and " + installation.mta_user->name : ""),
          "sudo quilter doctor"};
}

}  // namespace

int doctor(const Common& common, const DoctorArguments& arguments) {
  Answer answer{common.output()};
  try {
    const auto* path = std::getenv("PATH");
    ::setenv("PATH",
             (std::string{path == nullptr ? "/usr/bin:/bin" : path} + ":/usr/sbin:/sbin").c_str(),
             1);  // postconf is there
    const auto installation = installation_of(common, arguments);
    if (::geteuid() != 0 && !doctor::is_current(installation.daemon))
      answer.add({finding_of_eyes(installation)});
    std::map<std::string_view, bool> fit;
    for (const auto& check : checks) {
      const bool has_ground = check.needs.empty() || fit[check.needs];
      const auto findings =
          has_ground ? run(check, installation)
                     : Findings{{Level::skipped, std::string{check.name},
                                 "needs the check before: " + std::string{check.needs}, ""}};
      fit[check.name] =
          !doctor::has(findings, Level::wrong) && !doctor::has(findings, Level::skipped);
      answer.add(findings);
    }
  } catch (const ConfigError& error) {
    answer.add({finding_of(error, common.config_file)});
  }
  return answer.end();
}

}  // namespace quilter::cli
