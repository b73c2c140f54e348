// milter::Options: what the operator may choose about the milter's socket and its limits.
//
// Promise: the values here are the defaults that config/quilter.toml shows.
// Error: judged by Server, not here.
// Threads: a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace quilter::milter {

struct Options {
  // "unix:PATH", "inet:PORT@HOST", "inet6:PORT@HOST", or "fd:N" (systemd socket activation: 3)
  std::string listen = "unix:/run/quilter/quilter.sock";
  unsigned socket_mode = 0660;  // of a unix socket
  std::string socket_group;     // of a unix socket; "" leaves the daemon's own

  // The excess of a longer message is not recorded.
  std::size_t max_message_bytes = std::size_t{64} << 20U;

  // For the MTA's next word: longer than the MTA's own timeouts.
  std::chrono::seconds timeout{7'210};

  // At stop: for the messages whose body is on its way.
  std::chrono::milliseconds drain_timeout{10'000};
};

}  // namespace quilter::milter
