#include "milter/server.hpp"

#include <libmilter/mfdef.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "milter/error.hpp"
#include "tests/milter/child.hpp"
#include "tests/milter/live_server.hpp"
#include "tests/milter/sockets.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;

namespace quilter::test {

Child::Child(const milter::Options& options, int listening_descriptor) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error{"socketpair"};
  channel_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // By way of high numbers: a descriptor may already be where another has to go.
  constexpr int high = 200;
  posix_spawn_file_actions_adddup2(&actions, ends[1], high);
  if (listening_descriptor >= 0)
    posix_spawn_file_actions_adddup2(&actions, listening_descriptor, high + 1);
  posix_spawn_file_actions_adddup2(&actions, high, channel_descriptor);
  if (listening_descriptor >= 0)
    posix_spawn_file_actions_adddup2(&actions, high + 1, channel_descriptor + 1);
  ::setenv("QUILTER_CHILD_LISTEN", options.listen.c_str(), 1);
  ::setenv("QUILTER_CHILD_MODE", std::to_string(options.socket_mode).c_str(), 1);
  ::setenv("QUILTER_CHILD_GROUP", options.socket_group.c_str(), 1);
  ::setenv("QUILTER_CHILD_DRAIN", std::to_string(options.drain_timeout.count()).c_str(), 1);
  std::string arguments[] = {"test_milter", "a child process serves", "--out=/dev/null"};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  const int error = ::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) throw std::runtime_error{"posix_spawn"};
}

Child::~Child() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(channel_);
}

char Child::heard() {
  pollfd waiting{channel_, POLLIN, 0};
  char byte = 0;
  if (::poll(&waiting, 1, 30'000) != 1) throw std::runtime_error{"the child says nothing"};
  return ::read(channel_, &byte, 1) == 1 ? byte : 'x';  // 'x': it has ended
}

void Child::release() {
  if (::write(channel_, "g", 1) != 1) throw std::runtime_error{"the child does not listen"};
}

void Child::signal(int number) const {
  ::kill(process_, number);
}

int Child::exit_code() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace quilter::test

namespace {

// What the parent leaves unread may fill the channel: the rest of it is lost, nobody waits for it.
void say(char byte) {
  if (::send(Child::channel_descriptor, &byte, 1, MSG_DONTWAIT) != 1 && errno != EAGAIN)
    throw std::runtime_error{"the parent does not listen"};
}

struct BlockingRecorder final : Recorder {
  bool wants(const ListMarks&) const override { return true; }
  Status record(RawMessage message) override {
    if (message.queue_id == "BLOCK") {
      say('r');
      char byte = 0;
      if (::read(Child::channel_descriptor, &byte, 1) != 1) return Status::try_later;
    }
    return Status::stored;
  }
};

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

milter::Options quick_options(const TemporaryFolder& folder) {
  milter::Options options;
  options.listen = "unix:" + (folder / "milter.sock");
  return options;
}

Delivery mail(const std::string& queue_id) {
  Delivery delivery;
  delivery.queue_id = queue_id;
  return delivery;
}

void send_blocking_message(FakeMta& mta) {
  REQUIRE(mta.envelope_and_header(mail("BLOCK")) == Answer{});
  mta.macros(SMFIC_BODYEOB, {{"i", "BLOCK"}});
  mta.send_end_of_message();
}

}  // namespace

TEST_CASE("a child process serves", "[.child]") {
  milter::Options options;
  options.listen = from_environment("QUILTER_CHILD_LISTEN");
  options.socket_mode = static_cast<unsigned>(std::stoul(from_environment("QUILTER_CHILD_MODE")));
  options.socket_group = from_environment("QUILTER_CHILD_GROUP");
  options.drain_timeout =
      std::chrono::milliseconds{std::stol(from_environment("QUILTER_CHILD_DRAIN"))};
  BlockingRecorder recorder;
  milter::Server server{options, recorder};
  say('s');
  const auto ended = server.run([] { say('h'); });
  if (ended == milter::Ended::in_midair) std::_Exit(Child::exit_in_midair);
}

TEST_CASE("SIGHUP never ends the server, SIGTERM and SIGINT end it well") {
  const int last_signal = GENERATE(SIGTERM, SIGINT);
  const TemporaryFolder folder;
  const auto options = quick_options(folder);
  Child child{options};
  REQUIRE(child.heard() == 's');
  FakeMta mta{options.listen};
  mta.negotiate();
  for (int i = 0; i < 20; ++i) {
    child.signal(SIGHUP);
    REQUIRE(child.heard() == 'h');
    REQUIRE(mta.deliver(mail("4Q")) == Answer{});
  }
  child.signal(last_signal);
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a burst of signals ends nothing before its time") {
  const TemporaryFolder folder;
  const auto options = quick_options(folder);
  Child child{options};
  REQUIRE(child.heard() == 's');
  FakeMta mta{options.listen};
  mta.negotiate();
  for (int i = 0; i < 1'000; ++i) {
    child.signal(SIGHUP);
    if (i % 50 == 0) REQUIRE(mta.deliver(mail("4Q")) == Answer{});
  }
  CHECK(mta.deliver(mail("4Q")) == Answer{});
  for (int i = 0; i < 20; ++i) {
    child.signal(SIGHUP);
    child.signal(SIGINT);
    child.signal(SIGTERM);
  }
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a stop before the server runs is not lost") {
  const TemporaryFolder folder;
  Child child{quick_options(folder)};
  REQUIRE(child.heard() == 's');
  child.signal(SIGTERM);  // may come before run(), or after
  CHECK(child.exit_code() == 0);
}

TEST_CASE("SIGTERM lets a message in flight end well, and puts new ones off") {
  const TemporaryFolder folder;
  const auto options = quick_options(folder);
  Child child{options};
  REQUIRE(child.heard() == 's');
  FakeMta in_flight{options.listen};
  in_flight.negotiate();
  FakeMta newcomer{options.listen};
  newcomer.negotiate();

  send_blocking_message(in_flight);
  REQUIRE(child.heard() == 'r');
  child.signal(SIGTERM);

  Answer answer;
  while (answer == Answer{}) answer = newcomer.deliver(mail("4Q"));
  CHECK(answer ==
        Answer{SMFIR_REPLYCODE, "451 4.3.2 patch archive is shutting down, try again later"});
  child.release();
  CHECK(in_flight.reply() == Answer{});
  CHECK(child.exit_code() == 0);
}

namespace {

// A restart under systemd, with one message in flight all along.
void check_restart(int socket, const std::string& address) {
  milter::Options options;
  options.listen = "fd:" + std::to_string(Child::channel_descriptor + 1);
  Child old_daemon{options, socket};
  REQUIRE(old_daemon.heard() == 's');
  FakeMta in_flight{address}, idle{address}, in_envelope{address};
  in_flight.negotiate();
  idle.negotiate();
  in_envelope.negotiate();
  in_envelope.mail("<a@example.org>");
  in_envelope.flush();
  send_blocking_message(in_flight);
  REQUIRE(old_daemon.heard() == 'r');

  old_daemon.signal(SIGTERM);
  Answer answer;
  while (answer == Answer{}) answer = idle.deliver(mail("4Q"));
  CHECK(answer.text == "451 4.3.2 patch archive is shutting down, try again later");
  std::vector<FakeMta> newcomers;
  for (int i = 0; i < 5; ++i) newcomers.emplace_back(address);
  old_daemon.release();
  CHECK(in_flight.reply() == Answer{});
  CHECK(old_daemon.exit_code() == 0);
  CHECK_THROWS_AS(in_envelope.end_of_headers(), ProtocolError);

  Child new_daemon{options, socket};
  REQUIRE(new_daemon.heard() == 's');
  for (auto& newcomer : newcomers) {
    newcomer.negotiate();
    CHECK(newcomer.deliver(mail("4Q")) == Answer{});
    newcomer.quit();
  }
  new_daemon.signal(SIGTERM);
  CHECK(new_daemon.exit_code() == 0);
}

}  // namespace

TEST_CASE("a restart refuses no connection where systemd holds the socket") {
  SECTION("unix") {
    const TemporaryFolder folder;
    const int socket = unix_socket(folder / "activated.sock", Listening::yes);
    check_restart(socket, "unix:" + (folder / "activated.sock"));
    ::close(socket);
  }
  SECTION("inet") {
    std::string port;
    const int socket = inet_socket(port, Listening::yes);
    check_restart(socket, "inet:" + port + "@127.0.0.1");
    ::close(socket);
  }
}

TEST_CASE(
    "a record() that hangs keeps the server no longer than drain_timeout, and is not answered") {
  const TemporaryFolder folder;
  auto options = quick_options(folder);
  options.drain_timeout = std::chrono::milliseconds{50};
  Child child{options};
  REQUIRE(child.heard() == 's');
  FakeMta mta{options.listen};
  mta.negotiate();
  send_blocking_message(mta);
  REQUIRE(child.heard() == 'r');
  child.signal(SIGTERM);
  CHECK(child.exit_code() == Child::exit_in_midair);
  CHECK_THROWS_AS(mta.reply(), ProtocolError);
}

TEST_CASE("there is one server a process") {
  LiveServer::get();
  RecordingRecorder recorder;
  CHECK_THROWS_AS((milter::Server{milter::Options{}, recorder}), milter::MilterError);
}
