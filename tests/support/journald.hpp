// Journald: the receiving side of journald's native protocol, in a folder of its own.
//
// Promise: an entry is taken apart as journald does it; one that is not whole is an error.
// Errors: std::runtime_error after 30 s without an entry.
// Threads: none; a local of one test.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

using Entry = std::multimap<std::string, std::string>;

inline Entry entry_of(std::string_view datagram) {
  Entry entry;
  while (!datagram.empty()) {
    const auto end = datagram.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error{"a field without end"};
    const std::string name{datagram.substr(0, end)};
    datagram.remove_prefix(end + 1);
    std::uint64_t size = 0;
    for (unsigned i = 0; i < 8; ++i)
      size |= std::uint64_t{static_cast<unsigned char>(datagram.at(i))} << (8 * i);
    if (datagram.at(8 + size) != '\n') throw std::runtime_error{"a value without end"};
    entry.emplace(name, datagram.substr(8, size));
    datagram.remove_prefix(8 + size + 1);
  }
  return entry;
}

inline std::string field(const Entry& entry, const std::string& name) {
  const auto found = entry.find(name);
  return found == entry.end() ? "" : found->second;
}

class Journald {
 public:
  Journald() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"cannot bind " + path()};
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Journald() { ::close(socket_); }
  Journald(const Journald&) = delete;
  Journald& operator=(const Journald&) = delete;

  const std::string& folder() const { return folder_.path(); }
  std::string path() const { return folder_.path() + "/socket"; }

  Entry hear() const {
    std::string buffer(65'536, '\0');
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0) throw std::runtime_error{"the journal hears nothing"};
    return entry_of(std::string_view{buffer}.substr(0, static_cast<std::size_t>(got)));
  }
  // The next one whose message has this in it.
  Entry hear_of(const std::string& text) const {
    for (;;) {
      auto entry = hear();
      if (field(entry, "MESSAGE").find(text) != std::string::npos) return entry;
    }
  }

 private:
  ScratchFolder folder_;
  int socket_;
};

}  // namespace quilter::test
