// Where the daemon listens.
//
// Threads: one at a time; asks systemd where it holds the socket.
#pragma once

#include <optional>
#include <string>

#include "cli/doctor/endpoint.hpp"
#include "cli/doctor/installation.hpp"

namespace quilter::doctor {

bool runs_systemd();  // sd_booted(3)

// `systemctl show -p NAME UNIT`, the value alone; "" where that says nothing.
std::string unit_property(const std::string& unit, const std::string& name);

// Nothing where that cannot be told.
std::optional<Endpoint> our_socket(const Installation& installation);

}  // namespace quilter::doctor
