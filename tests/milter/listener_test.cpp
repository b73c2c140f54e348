#include "milter/listener.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "milter/error.hpp"
#include "tests/milter/child.hpp"
#include "tests/milter/live_server.hpp"
#include "tests/milter/sockets.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

std::string complaint(const milter::Options& options) {
  try {
    milter::open_listener(options);
  } catch (const milter::MilterError& error) {
    return error.what();
  }
  return "no complaint";
}

std::string complaint(const std::string& listen) {
  milter::Options options;
  options.listen = listen;
  return complaint(options);
}

void check_serves(Child& child, const std::string& address) {
  REQUIRE(child.heard() == 's');
  FakeMta mta{address};
  mta.negotiate();
  CHECK(mta.deliver(Delivery{}) == Answer{});
  mta.quit();
  child.signal(SIGTERM);
  CHECK(child.exit_code() == 0);
}

}  // namespace

TEST_CASE("an address that cannot be is refused with what is wanted instead") {
  struct Row {
    std::string listen, want;
  };
  const auto row = GENERATE(values<Row>({
      {"", "listen: want unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N, got ''"},
      {"/run/x.sock",
       "listen: want unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N, got '/run/x.sock'"},
      {"unix:", "unix:: want a path of 1 to 107 bytes"},
      {"unix:/no/such/folder/x",
       "/no/such/folder is no directory; create it (systemd: tmpfiles.d)"},
      {"fd:x", "fd:x: want the number of an open descriptor, such as fd:3"},
      {"fd:999", "fd:999 is no listening socket; is the daemon started by its socket unit?"},
      {"fd:0", "fd:0 is no listening socket; is the daemon started by its socket unit?"},
  }));
  CHECK(complaint(row.listen) == row.want);
}

TEST_CASE("a socket that another process listens on, or a file, is left alone") {
  const TemporaryFolder folder;
  const auto live = folder / "live.sock";
  const int listening = unix_socket(live, Listening::yes);
  CHECK(complaint("unix:" + live) ==
        "another process listens on " + live + "; stop it or choose another path");
  CHECK(::access(live.c_str(), F_OK) == 0);
  ::close(listening);

  const auto file = folder / "file";
  std::ofstream{file} << "precious";
  CHECK(complaint("unix:" + file) ==
        file + " exists and is no socket; remove it or choose another path");
  CHECK(::access(file.c_str(), F_OK) == 0);
}

TEST_CASE("an unknown group is named") {
  const TemporaryFolder folder;
  milter::Options options;
  options.listen = "unix:" + (folder / "x.sock");
  options.socket_group = "no-such-group";
  CHECK(complaint(options) == "socket_group: there is no group no-such-group");
}

TEST_CASE("a stale socket is replaced, and the new one has its mode and group") {
  const TemporaryFolder folder;
  const auto path = folder / "milter.sock";
  ::close(unix_socket(path, Listening::no));
  milter::Options options;
  options.listen = "unix:" + path;
  options.socket_mode = GENERATE(0660U, 0666U, 0600U);
  const auto* own_group = ::getgrgid(::getegid());
  REQUIRE(own_group != nullptr);
  options.socket_group = ::geteuid() == 0 ? "mail" : own_group->gr_name;
  Child child{options};
  REQUIRE(child.heard() == 's');
  struct stat made {};
  REQUIRE(::stat(path.c_str(), &made) == 0);
  CHECK(S_ISSOCK(made.st_mode));
  CHECK((made.st_mode & 0777U) == options.socket_mode);
  CHECK(made.st_gid == ::getgrnam(options.socket_group.c_str())->gr_gid);
  FakeMta mta{options.listen};
  mta.negotiate();
  CHECK(mta.deliver(Delivery{}) == Answer{});
  child.signal(SIGTERM);
  CHECK(child.exit_code() == 0);
}

TEST_CASE("it listens on an inet address") {
  std::string port;
  ::close(inet_socket(port, Listening::no));
  milter::Options options;
  options.listen = "inet:" + port + "@127.0.0.1";
  Child child{options};
  check_serves(child, options.listen);
}

TEST_CASE("it takes over a socket that systemd opened") {
  const TemporaryFolder folder;
  milter::Options options;
  options.listen = "fd:4";
  SECTION("unix") {
    const int socket = unix_socket(folder / "activated.sock", Listening::yes);
    Child child{options, socket};
    check_serves(child, "unix:" + (folder / "activated.sock"));
    ::close(socket);
  }
  SECTION("inet") {
    std::string port;
    const int socket = inet_socket(port, Listening::yes);
    Child child{options, socket};
    check_serves(child, "inet:" + port + "@127.0.0.1");
    ::close(socket);
  }
}
