// service_manager: what systemd hears of us by its notify protocol, sd_notify(3).
//
// Promise: without NOTIFY_SOCKET, that is, not under systemd, nothing happens.
// Errors: none; what systemd does not take is lost.
// Threads: safe from any.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace quilter::milter::service_manager {

bool listens();

// WatchdogSec= of the unit, sd_watchdog_enabled(3).
std::optional<std::chrono::microseconds> watchdog();

void ready();
void reloading();  // until ready()
// The unit's TimeoutStopSec= need not know how long that may take.
void stopping(std::chrono::microseconds at_most);

void works(std::string_view status);  // feeds the watchdog
void hangs(std::string_view why);     // does not

}  // namespace quilter::milter::service_manager
