// What of the doctor needs neither a database nor an MTA.

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>

#include "cli/doctor/bounded.hpp"
#include "cli/doctor/clock.hpp"
#include "cli/doctor/endpoint.hpp"
#include "tests/support/catch.hpp"

using namespace quilter::doctor;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("two clocks are compared, the time of the question allowed for") {
  struct Row {
    std::chrono::milliseconds theirs;  // after we asked
    std::chrono::milliseconds took;
    Level level;
    const char* text;
  };
  const auto row = GENERATE(values<Row>({
      {0ms, 0ms, Level::ok, "as the database's"},
      {5s, 0ms, Level::ok, "as the database's"},
      {-5s, 0ms, Level::ok, "as the database's"},
      {12s, 10s, Level::ok, "as the database's"},
      {16s, 10s, Level::warning, "6 s behind the database's"},
      {6s, 0ms, Level::warning, "6 s behind the database's"},
      {-6s, 0ms, Level::warning, "6 s ahead of the database's"},
      {-24h, 0ms, Level::warning, "86400 s ahead of"},
  }));
  const Time asked{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
  const auto finding = compared_clocks(asked, asked + row.theirs, asked + row.took);
  CHECK(finding.level == row.level);
  CHECK_THAT(finding.text, Contains(row.text));
}

TEST_CASE("a host in the past is wrong, whatever the database says") {
  const Time epoch{};
  CHECK(compared_clocks(epoch, epoch, epoch).level == Level::wrong);
  CHECK(compared_clocks(epoch, epoch, epoch).command == "sudo timedatectl set-ntp true");
}

TEST_CASE("what a check says is handed on whole, in order") {
  const auto odd = std::string(100'000, 'x') + "\n\t'\"";
  const auto findings = run_bounded(60s, std::nullopt, [&](const Report& report) {
    report(ok("first"));
    report(warning(odd, "command"));
    report(skipped(""));
  });
  CHECK(findings == Findings{ok("first"), warning(odd, "command"), skipped("")});
}

TEST_CASE("a check that hangs is ended, with what it has started; what it said is kept") {
  const auto findings = run_bounded(1s, std::nullopt, [](const Report& report) {
    report(ok("before"));
    if (::fork() == 0) ::execlp("sleep", "sleep", "600", nullptr);
    for (;;) ::pause();
  });
  CHECK(findings == Findings{ok("before"), wrong("no answer in 1 s", "")});
}

TEST_CASE("a check that crashes, ends or throws is a finding") {
  const auto killed = run_bounded(60s, std::nullopt, [](const Report&) { ::raise(SIGKILL); });
  CHECK(killed == Findings{wrong("this check broke off: signal 9", "")});
  const auto ended = run_bounded(60s, std::nullopt, [](const Report&) { ::_exit(3); });
  CHECK(ended == Findings{wrong("this check broke off: exit code 3", "")});
  const auto thrown = run_bounded(60s, std::nullopt,
                                  [](const Report&) { throw std::runtime_error{"that is why"}; });
  CHECK(thrown == Findings{wrong("that is why", "")});
}

TEST_CASE("root looks with another user's eyes") {
  const auto nobody = user_named("nobody");
  if (::geteuid() != 0 || !nobody) return;
  const auto findings = run_bounded(60s, nobody, [](const Report& report) {
    report(ok(current_user().name + (::getuid() == ::geteuid() ? "" : " in part")));
  });
  CHECK(findings == Findings{ok("nobody")});
}

TEST_CASE("an endpoint is read as libmilter, Postfix and Sendmail write it") {
  CHECK(endpoint_of("unix:/run/x")->path == "/run/x");
  CHECK(endpoint_of("local:/run/x")->path == "/run/x");
  CHECK(*endpoint_of("inet:8891@localhost") == *endpoint_of("inet:localhost:8891"));
  CHECK(*endpoint_of("inet6:8891@::1") == *endpoint_of("inet:[::1]:8891"));
  CHECK(endpoint_of("inet:8891")->port == "8891");
  for (const auto* text : {"", "fd:3", "unix:", "/run/x", "tcp:1@x"})
    CHECK_FALSE(endpoint_of(text));
  CHECK(in_words_of_postfix(*endpoint_of("inet6:1@::1")) == "inet:[::1]:1");
  CHECK(in_words_of_libmilter(*endpoint_of("inet:[::1]:1")) == "inet6:1@::1");
}

TEST_CASE("a word of a command is quoted where a shell would read more than it") {
  CHECK(word("/run/x-1.sock") == "/run/x-1.sock");
  CHECK(word("a b") == "'a b'");
  CHECK(word("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(word("") == "''");
}
