// ServiceManager: systemd's side of the notify protocol, sd_notify(3), for programs that are
// started, and threads, while it lives.
//
// Promise: the environment names its socket and the watchdog's time; it is clean again afterwards.
// Errors: std::runtime_error after 30 s without what is waited for.
// Threads: none; a local of one test.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

class ServiceManager {
 public:
  explicit ServiceManager(std::chrono::microseconds watchdog)
      : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    const auto path = folder_.path() + "/notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"cannot bind " + path};
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", std::to_string(watchdog.count()).c_str(), 1);
  }
  ~ServiceManager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // The next datagram.
  std::string hear() const {
    std::array<char, 4096> buffer{};
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0) throw std::runtime_error{"systemd hears nothing"};
    return {buffer.data(), static_cast<std::size_t>(got)};
  }

  // The next one that has this in it.
  std::string hear_of(const std::string& text) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    for (;;) {
      auto said = hear();
      if (said.find(text) != std::string::npos) return said;
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error{"systemd never hears of " + text};
    }
  }

 private:
  ScratchFolder folder_;
  int socket_;
};

}  // namespace quilter::test
