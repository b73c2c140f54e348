// Installation: what `quilter doctor` looks at, and the checks of it.
//
// Each check says what it found, as it finds it; it runs in a process of its own, as the user whose
// eyes matter, and may take its time (bounded.hpp).
// Errors: any exception of a check becomes a finding.
#pragma once

#include <optional>
#include <string>

#include "cli/doctor/bounded.hpp"
#include "config/config.hpp"

namespace quilter::doctor {

enum class Mta : std::uint8_t { none, postfix, sendmail };

struct Installation {
  std::string config_file;
  Config config;
  std::string postfix_folder;  // where its main.cf is
  std::string sendmail_file;   // its sendmail.cf
  std::optional<User> daemon, mta_user;
  Mta mta = Mta::none;
};

// Whether the check that runs now has the daemon's, the MTA's eyes; else what it cannot see may be
// no fault.
bool is_current(const std::optional<User>& user);

void check_config_file(const Installation& installation, const Report& report);
void check_unit(const Installation& installation, const Report& report);

void check_connection(const Installation& installation, const Report& report);
void check_schema(const Installation& installation, const Report& report);
void check_rights(const Installation& installation, const Report& report);
void check_locks(const Installation& installation, const Report& report);
void check_commits(const Installation& installation, const Report& report);
void check_durability(const Installation& installation, const Report& report);
void check_projects(const Installation& installation, const Report& report);
void check_clock(const Installation& installation, const Report& report);

void check_spool(const Installation& installation, const Report& report);
void check_disk(const Installation& installation, const Report& report);

void check_socket(const Installation& installation, const Report& report);
void check_milter(const Installation& installation, const Report& report);

void check_mta(const Installation& installation, const Report& report);

}  // namespace quilter::doctor
