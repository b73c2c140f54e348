// SIGHUP: quilterd reads its configuration again while it serves.

#include <signal.h>
#include "tests/daemon/service.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

TEST_CASE("a message that is on its way when the configuration is read again is recorded whole") {
  const Service service;
  auto mta = service.mta();
  auto mail = patch("a@example.org");
  mail.body += std::string(100'000, '+') + "\r\n";
  REQUIRE(mta.envelope_and_header(mail) == go_on);
  mta.body(mail.body.substr(0, 70'000));
  mta.flush();
  service.daemon.reload("[milter]\n", "[milter]\nmax_message_bytes = \"64KiB\"\n",
                        "reloaded changed=1");
  mta.body(mail.body.substr(70'000));
  CHECK(mta.end_of_message() == go_on);
  const auto raw = service.archive().raw_message("demo", "a@example.org");
  REQUIRE(raw);
  CHECK(raw->ends_with(mail.body));
  // The next one on the same connection has begun after it.
  mail.header[2].second = " <b@example.org>";
  CHECK(mta.deliver(mail) == go_on);
  service.daemon.wait_for_log("4F3A1: truncated limit_bytes=65536");
  CHECK(service.archive().raw_message("demo", "b@example.org")->size() == 65'536);
}

TEST_CASE("what becomes of mail that the database does not take changes with a reload") {
  const Service service;
  auto mta = service.mta();
  service.take_database_away();
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  service.daemon.reload("[spool]\n", "[spool]\non_failure = \"tempfail\"\n",
                        "configuration spool.on_failure = \"tempfail\"");
  CHECK(mta.deliver(patch("b@example.org")).verdict == 'y');
  service.daemon.reload("\"tempfail\"", "\"spool\"\nmax_files = 7", "reloaded changed=2");
  CHECK(mta.deliver(patch("b@example.org")) == go_on);
  service.give_database_back();
  service.daemon.wait_for_log("spool-emptied replayed=2");
  CHECK(service.messages() == 2);
}

TEST_CASE("the log says what it is told to say from now on") {
  const Service service;
  auto mta = service.mta();
  // The key that needs a restart is for the one line that is a warning.
  service.daemon.reload("[database]\n", "[log]\nlevel = \"warning\"\n[database]\nconnections = 3\n",
                        "reload-needs-restart keys=database.connections\n");
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  service.daemon.reload("\"warning\"", "\"info\"", "reloaded changed=1");
  CHECK(mta.deliver(patch("b@example.org")) == go_on);
  service.daemon.wait_for_log("message-id=<b@example.org>");
  CHECK(service.daemon.log().find("message-id=<a@example.org>") == std::string::npos);
}

TEST_CASE("a bad configuration is refused as a whole, and the old one stays") {
  const Service service;
  auto mta = service.mta();
  service.take_database_away();
  service.daemon.reload("[spool]\n",
                        "[spool]\non_failure = \"tempfail\"\nmax_files = 0\ncolour = 1\n",
                        "reload-refused reason=\"");
  CHECK_THAT(service.daemon.log(),
             Contains("reload-refused reason=\"" + service.daemon.configuration() +
                      ":8: spool.max_files: want a whole number from 1 to 10000000, got 0; " +
                      service.daemon.configuration() + ":9: spool.colour: unknown key: want "));
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  service.give_database_back();
  service.daemon.wait_for_log("spool-emptied replayed=1");
  // And a good one is taken after it.
  service.daemon.reload("max_files = 0\ncolour = 1\n", "", "reloaded changed=1");
}

TEST_CASE("keys that count at the next start only are named, and the others count all the same") {
  const Service service;
  service.daemon.reload("deadline = \"60s\"", "connections = 3\ndeadline = \"7s\"",
                        "reload-needs-restart keys=database.connections\n");
  CHECK_THAT(service.daemon.log(), Contains("configuration database.deadline = \"7s\"") &&
                                       Contains("reloaded changed=1"));
  service.daemon.reload("[milter]\n", "[milter]\nsocket_mode = \"0600\"\n",
                        "reload-needs-restart keys=milter.socket_mode,database.connections\n");
  CHECK(service.mta().deliver(patch("a@example.org")) == go_on);
}

TEST_CASE("reloads in the middle of traffic lose no message") {
  const Service service;
  auto mta = service.mta();
  for (int i = 0; i < 50; ++i) {
    service.daemon.signal(SIGHUP);
    REQUIRE(mta.deliver(patch(std::to_string(i) + "@example.org")) == go_on);
  }
  service.daemon.wait_for_log("reloaded changed=0");
  CHECK(service.messages() == 50);
}
