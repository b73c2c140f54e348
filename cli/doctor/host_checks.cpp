// The configuration file and the unit.

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/doctor/installation.hpp"
#include "cli/doctor/our_socket.hpp"

namespace quilter::doctor {

bool is_current(const std::optional<User>& user) {
  return user && user->id == ::geteuid();
}

// That we could read it says nothing: the daemon must.
void check_config_file(const Installation& installation, const Report& report) {
  const auto& file = installation.config_file;
  if (!is_current(installation.daemon))
    return report(installation.daemon ? ok(file + " reads")
                                      : wrong("there is no user for the daemon",
                                              "sudo systemd-sysusers quilter.conf"));
  const auto& user = installation.daemon->name;
  if (::access(file.c_str(), R_OK) == 0) return report(ok(file + ", for user " + user));
  report(
      wrong("user " + user + " cannot read " + file + ": " + std::generic_category().message(errno),
            "sudo chgrp " + word(user) + " " + word(file) + " && sudo chmod g+r " + word(file)));
}

void check_unit(const Installation& /*installation*/, const Report& report) {
  if (!runs_systemd()) return report(skipped("this host does not run systemd"));
  if (unit_property("quilter.service", "LoadState") != "loaded")
    return report(skipped("there is no quilter.service: the daemon is started by other means"));
  const auto state = unit_property("quilter.service", "ActiveState");
  const auto enabled = unit_property("quilter.service", "UnitFileState");
  const auto result = unit_property("quilter.service", "Result");
  if (state != "active")
    return report(wrong("quilter.service is " + state +
                            (result.empty() || result == "success" ? "" : " (" + result + ")") +
                            ": journalctl -u quilter says why",
                        "sudo systemctl enable --now quilter"));
  if (enabled == "disabled")
    return report(warning("quilter.service is not enabled: it is not started at boot",
                          "sudo systemctl enable quilter"));
  report(ok("quilter.service is active"));
}

}  // namespace quilter::doctor
