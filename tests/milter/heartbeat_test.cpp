// What systemd's watchdog hears where the message path hangs.

#include "milter/heartbeat.hpp"

#include <unistd.h>

#include <future>
#include <thread>

#include "tests/milter/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/service_manager.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

struct HangingRecorder final : Recorder {
  bool wants(const ListMarks& /*marks*/) const override { return true; }
  Status record(RawMessage /*message*/) override {
    begun.set_value();
    released.get_future().wait();
    return Status::stored;
  }
  std::promise<void> begun, released;
};

void never_feeds(const ServiceManager& systemd, const std::string& status) {
  for (int i = 0; i < 5; ++i) {
    const auto said = systemd.hear();
    CHECK_THAT(said, Contains(status));
    CHECK_THAT(said, !Contains("WATCHDOG=1"));
  }
}

}  // namespace

TEST_CASE("the watchdog is not fed while a message is recorded for longer than it may be") {
  const ServiceManager systemd{20ms};
  HangingRecorder recorder;
  milter::Stopwatch stopwatch{recorder};
  CHECK(stopwatch.longest() == 0ms);
  auto result = std::async(std::launch::async, [&] { return stopwatch.record({}); });
  recorder.begun.get_future().wait();
  while (stopwatch.longest() < 1ms) std::this_thread::yield();
  milter::Heartbeat heartbeat{"unix:/nowhere", stopwatch, {.stuck_after = [] { return 0ms; }}};
  never_feeds(systemd, "STATUS=hangs: a message has been on its way for ");
  heartbeat.draining();
  never_feeds(systemd, "STATUS=hangs: a message has been on its way for ");
  recorder.released.set_value();
  CHECK(result.get() == Status::stored);
  CHECK(stopwatch.longest() == 0ms);
  systemd.hear_of("WATCHDOG=1");
}

TEST_CASE("the watchdog is not fed while nobody answers at our socket") {
  const ServiceManager systemd{20ms};
  HangingRecorder recorder;
  const milter::Stopwatch stopwatch{recorder};
  SECTION("for nobody listens") {
    const milter::Heartbeat heartbeat{"unix:/nowhere", stopwatch, {}};
    never_feeds(systemd, "STATUS=hangs: cannot connect: No such file or directory");
  }
  SECTION("for nobody accepts") {
    const ScratchFolder folder;
    const auto path = folder.path() + "/socket";
    const int listening = unix_socket(path, Listening::yes);
    const milter::Heartbeat heartbeat{"unix:" + path, stopwatch, {}};
    never_feeds(systemd, "STATUS=hangs: no answer in 5 ms");
    ::close(listening);
  }
}
