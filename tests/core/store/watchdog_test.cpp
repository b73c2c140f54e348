#include "core/store/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>

#include "tests/support/catch.hpp"

using namespace quilter;
using namespace std::chrono_literals;

namespace {

struct Sockets {
  Sockets() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
  ~Sockets() {
    for (const int end : ends) ::close(end);
  }
  ssize_t read() const {  // waits; 0 once the socket is shut down
    char byte = 0;
    return ::read(ends[0], &byte, 1);
  }
  bool is_open() const {
    char byte = 0;
    return ::recv(ends[0], &byte, 1, MSG_DONTWAIT) < 0;  // 0 where it is shut down
  }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("a read that waits for ever ends when its time is over") {
  const Sockets frozen;
  std::atomic<int> bites = 0;
  {
    Watchdog watchdog{[&] { ++bites; }};
    const auto watch = watchdog.watch(frozen.ends[0], Patience::of(20ms).until);
    CHECK(frozen.read() == 0);
  }
  CHECK(bites == 1);
}

TEST_CASE("a socket whose watch has ended is left alone, and the next one is not forgotten") {
  const Sockets done, moved, frozen;
  Watchdog watchdog{[] {}};
  auto first = watchdog.watch(done.ends[0], Patience::of(20ms).until);
  first.end();
  auto second = watchdog.watch(moved.ends[0], Patience::of(1h).until);
  const auto third = std::move(second);
  const auto last = watchdog.watch(frozen.ends[0], Patience::of(40ms).until);
  CHECK(frozen.read() == 0);
  CHECK(done.is_open());
  CHECK(moved.is_open());
}

TEST_CASE("in the end nobody is waited for, nor whoever comes then") {
  const Sockets waiting, late;
  Watchdog watchdog{[] {}};
  const auto first = watchdog.watch(waiting.ends[0], Patience::of(1h).until);
  watchdog.bite_all();
  const auto second = watchdog.watch(late.ends[0], Patience::of(1h).until);
  CHECK(waiting.read() == 0);
  CHECK(late.read() == 0);
}

TEST_CASE("pauses grow, never past the longest, and are not all the same") {
  CHECK(growing_pause(1, 100ms, 2s) <= 100ms);
  CHECK(growing_pause(1, 100ms, 2s) >= 50ms);
  CHECK(growing_pause(3, 100ms, 2s) >= 200ms);
  CHECK(growing_pause(1'000'000, 100ms, 2s) >= 1s);
  CHECK(growing_pause(1'000'000, 100ms, 2s) <= 2s);
}
