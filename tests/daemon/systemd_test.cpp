// quilterd as systemd runs it: what it says by the notify protocol, and the socket that it is
// handed.

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/store/archive.hpp"
#include "tests/milter/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/daemon.hpp"
#include "tests/support/fake_mta.hpp"
#include "tests/support/service_manager.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

constexpr auto watchdog = 1s;

// The socket of quilter.socket: made by somebody else, and open for as long as that lives.
class HeldSocket {
 public:
  HeldSocket() : descriptor_{unix_socket(path(), Listening::yes)} {}
  ~HeldSocket() { ::close(descriptor_); }
  HeldSocket(const HeldSocket&) = delete;
  HeldSocket& operator=(const HeldSocket&) = delete;

  std::string path() const { return folder_.path() + "/quilter.sock"; }
  int descriptor() const { return descriptor_; }

 private:
  ScratchFolder folder_;
  int descriptor_;
};

// Of those that the process opens from now on.
void limit_descriptors(pid_t process, int most) {
  rlimit limit{};
  REQUIRE(::prlimit(process, RLIMIT_NOFILE, nullptr, &limit) == 0);
  limit.rlim_cur = static_cast<rlim_t>(most);
  REQUIRE(::prlimit(process, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

}  // namespace

TEST_CASE("systemd hears when the daemon is ready, works, reads again, and stops") {
  const ServiceManager systemd{watchdog};
  const ReadyDatabase database;
  Daemon daemon{database.ingest()};
  systemd.hear_of("READY=1");
  CHECK_THAT(systemd.hear_of("WATCHDOG=1"), Contains("STATUS=ready, 0 spooled, 0 set aside"));
  daemon.signal(SIGHUP);
  systemd.hear_of("RELOADING=1");
  systemd.hear_of("READY=1");
  daemon.signal(SIGTERM);
  // drain_timeout, and some seconds for the threads to end.
  CHECK_THAT(systemd.hear_of("STOPPING=1"), Contains("EXTEND_TIMEOUT_USEC=30000000"));
  CHECK(daemon.wait() == 0);
}

TEST_CASE("while the database is away the watchdog is fed, and the status says so") {
  const ServiceManager systemd{watchdog};
  const ReadyDatabase database;
  const Daemon daemon{database.ingest()};
  systemd.hear_of("WATCHDOG=1");
  output_of("psql -qX " +
            quoted("host=" + ScratchDatabase::host() + " user=postgres dbname=postgres") + " -c " +
            quoted("ALTER DATABASE " + database.name() + " WITH ALLOW_CONNECTIONS false") + " -c " +
            quoted("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                   database.name() + "'") +
            " >/dev/null");
  CHECK_THAT(systemd.hear_of("STATUS=database away, 0 spooled"), Contains("WATCHDOG=1"));
}

TEST_CASE("a daemon that could take no connection does not feed the watchdog until it can") {
  const ServiceManager systemd{watchdog};
  const ReadyDatabase database;
  const Daemon daemon{database.ingest()};
  systemd.hear_of("WATCHDOG=1");
  // None more: nobody can connect, and nobody can tell systemd anything either.
  limit_descriptors(daemon.pid(), 3);
  daemon.wait_for_log("message-path-hangs reason=");
  limit_descriptors(daemon.pid(), 1024);
  daemon.wait_for_log("message-path-works");
  systemd.hear_of("WATCHDOG=1");
}

TEST_CASE("a socket that systemd holds serves one daemon after the other, with no gap") {
  const ServiceManager systemd{watchdog};
  const ReadyDatabase database;
  const HeldSocket socket;
  const auto address = "unix:" + socket.path();
  {
    Daemon first{database.ingest(), "", socket.descriptor()};
    systemd.hear_of("WATCHDOG=1");
    FakeMta mta{address};
    mta.negotiate();
    mta.quit();
    first.signal(SIGTERM);
    CHECK(first.wait() == 0);
  }
  FakeMta waits{address};  // connected, though nobody runs
  const Daemon second{database.ingest(), "", socket.descriptor()};
  waits.negotiate();
  waits.quit();
  systemd.hear_of("WATCHDOG=1");
}
