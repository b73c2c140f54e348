// Sockets as systemd hands them over, or as somebody left them behind: bound, and listening if
// asked to; the caller closes them.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "tests/support/catch.hpp"

namespace quilter::test {

enum class Listening { yes, no };

inline int unix_socket(const std::string& path, Listening listening) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  if (listening == Listening::yes) REQUIRE(::listen(made, 10) == 0);
  return made;
}

inline int inet_socket(std::string& port, Listening listening) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(made, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(made, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  if (listening == Listening::yes) REQUIRE(::listen(made, 10) == 0);
  port = std::to_string(ntohs(address.sin_port));
  return made;
}

}  // namespace quilter::test
