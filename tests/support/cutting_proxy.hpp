// Stands between a program and the scratch PostgreSQL, and cuts connections when a commit has taken
// place and its answer is on the way.
//
// Owns: its socket, and one thread for all connections.
// Threads: an object belongs to one.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

class CuttingProxy {
 public:
  // Of the first `cuts` commits nobody hears.
  explicit CuttingProxy(int cuts)
      : cuts_{cuts},
        server_{ScratchDatabase::host()},
        listener_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
    const auto address = address_of(folder_.path());
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 16) != 0)
      throw std::runtime_error{"cannot listen in " + folder_.path()};
    thread_ = std::thread{[this] { run(); }};
  }
  ~CuttingProxy() {
    stop_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  // `connection` of the scratch server, by this way.
  std::string by(const std::string& connection) const {
    return connection + " host=" + folder_.path();
  }
  int cuts_left() const { return cuts_; }

 private:
  struct Pair {
    int client = -1, server = -1;
    bool commits = false;  // the answer is to come
  };

  static sockaddr_un address_of(const std::string& folder) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = folder + "/.s.PGSQL.5432";
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
  }

  void run() {
    while (!stop_) {
      std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
      for (const auto& pair : pairs_) {
        waiting.push_back({pair.client, POLLIN, 0});
        waiting.push_back({pair.server, POLLIN, 0});
      }
      ::poll(waiting.data(), waiting.size(), -1);
      std::size_t at = 1;
      for (auto pair = pairs_.begin(); pair != pairs_.end(); at += 2) {
        const bool goes_on = (waiting[at].revents == 0 || pass_on(*pair)) &&
                             (waiting[at + 1].revents == 0 || pass_back(*pair));
        if (!goes_on) close(*pair);
        pair = goes_on ? std::next(pair) : pairs_.erase(pair);
      }
      if (waiting[0].revents != 0 && !stop_) accept();
    }
    for (auto& pair : pairs_) close(pair);
  }
  void accept() {
    Pair pair{::accept(listener_, nullptr, nullptr), ::socket(AF_UNIX, SOCK_STREAM, 0)};
    const auto address = address_of(server_);
    static_cast<void>(
        ::connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    pairs_.push_back(pair);
  }
  static void close(const Pair& pair) {
    ::close(pair.client);
    ::close(pair.server);
  }
  bool pass_on(Pair& pair) {
    const auto bytes = receive(pair.client);
    constexpr std::string_view commit{"COMMIT\0", 7};  // and not READ COMMITTED
    if (bytes.find(commit) != std::string_view::npos && cuts_ > 0) pair.commits = true;
    return !bytes.empty() && send_all(pair.server, bytes);
  }
  bool pass_back(Pair& pair) {
    const auto bytes = receive(pair.server);
    if (pair.commits) --cuts_;
    return !pair.commits && !bytes.empty() && send_all(pair.client, bytes);
  }
  std::string_view receive(int from) {
    const auto count = ::recv(from, buffer_.data(), buffer_.size(), 0);
    return {buffer_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }
  static bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  std::atomic<int> cuts_;
  std::string server_;
  ScratchFolder folder_;
  int listener_;
  std::atomic<bool> stop_ = false;
  std::list<Pair> pairs_;
  std::array<char, 65536> buffer_{};
  std::thread thread_;
};

}  // namespace quilter::test
