#include "milter/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/mail/text.hpp"

namespace quilter::milter::service_manager {
namespace {

// A line end in a text would begin another assignment.
std::string status_line(std::string_view text) {
  return "STATUS=" + printable(text);
}

void tell(const std::string& state) {
  ::sd_notify(0, state.c_str());
}

}  // namespace

bool listens() {
  return std::getenv("NOTIFY_SOCKET") != nullptr;  // NOLINT(concurrency-mt-unsafe): nobody sets it
}

std::optional<std::chrono::microseconds> watchdog() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds{microseconds};
}

void ready() {
  tell("READY=1\nSTATUS=ready");
}

void reloading() {
  // sd_notify(3): of CLOCK_MONOTONIC, which steady_clock is; Type=notify-reload asks for it.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell("RELOADING=1\nSTATUS=reading the configuration\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void stopping(std::chrono::microseconds at_most) {
  tell("STOPPING=1\nSTATUS=draining\nEXTEND_TIMEOUT_USEC=" + std::to_string(at_most.count()));
}

void works(std::string_view status) {
  tell("WATCHDOG=1\n" + status_line(status));
}

void hangs(std::string_view why) {
  tell(status_line(why));
}

}  // namespace quilter::milter::service_manager
