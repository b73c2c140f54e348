// The real quilterd on a real PostgreSQL, driven by the raw milter protocol.

#include <signal.h>

#include <fstream>
#include <thread>

#include "tests/daemon/service.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

TEST_CASE("a patch for a tracked list is recorded, with its queue id in the log") {
  Service service;
  auto mta = service.mta();
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  const auto found = service.archive().find_patch("a@example.org");
  REQUIRE(found.size() == 1);
  CHECK(found.front().name == "mend it");
  CHECK(found.front().paths == std::vector<std::string>{"f"});
  service.daemon.wait_for_log(
      "4F3A1: message-id=<a@example.org>, project=demo, kind=patch, series=1,");
}

TEST_CASE("the raw message is kept as it was transferred: folds, blanks, 8 bit and NUL") {
  Service service;
  auto mta = service.mta();
  auto mail = patch("a@example.org");
  mail.header.push_back({"X-Blanks", "   three before"});
  mail.header.push_back({"X-None", "none before"});
  mail.header.push_back({"X-Raw", " caf\xe9 \xff"});
  mail.body += std::string{"a\0b \xff\xfe\r\n", 9};
  CHECK(mta.deliver(mail) == go_on);
  std::string want;
  for (const auto& [name, body] : mail.header) {
    want += name + ":";
    for (const char c : body) want += c == '\n' ? std::string{"\r\n"} : std::string{c};
    want += "\r\n";
  }
  CHECK(service.archive().raw_message("demo", "a@example.org") == want + "\r\n" + mail.body);
}

TEST_CASE(
    "mail for no tracked list is accepted at the end of its headers, its body never asked for") {
  Service service;
  auto mta = service.mta();
  auto mail = patch("a@example.org");
  mail.header.back().second = " <other.lists.example.org>";
  CHECK(mta.deliver(mail) == accepted);
  CHECK(mta.deliver(patch("b@example.org")) == go_on);
  CHECK(service.messages() == 1);
}

TEST_CASE(
    "a list is known by its recipient where the MTA hosts it, and several lists are recorded "
    "each") {
  ReadyDatabase database;
  const auto tool = program("quilter") + " --database " + quoted(database.owner());
  output_of(tool + " project add hosted --recipient hosted@example.org");
  const Daemon daemon{database.ingest()};
  FakeMta mta{daemon.address()};
  mta.negotiate();
  auto mail = patch("a@example.org");
  mail.forward_paths = {"<secret-bcc@example.org>", "<Hosted@example.org>"};
  CHECK(mta.deliver(mail) == go_on);
  const auto found = Archive{database.owner()}.find_patch("a@example.org");
  REQUIRE(found.size() == 2);
  CHECK(found[0].project == "demo");
  CHECK(found[1].project == "hosted");
  CHECK(daemon.log().find("secret-bcc") == std::string::npos);
}

TEST_CASE("the same mail, sent again, is recorded once") {
  Service service;
  auto mta = service.mta();
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  CHECK(service.messages() == 1);
  service.daemon.wait_for_log("status=already-stored");
}

TEST_CASE("a mail without Message-ID gets one from its content, the same on every way") {
  Service service;
  auto mta = service.mta();
  auto mail = patch("");
  mail.header.erase(mail.header.begin() + 2);
  mail.queue_id = "";
  CHECK(mta.deliver(mail) == go_on);
  mail.header.insert(mail.header.begin(), {"Received", " by another.example.org"});
  CHECK(mta.deliver(mail) == go_on);
  CHECK(service.messages() == 1);
  service.daemon.wait_for_log("NOQUEUE: message-id=<quilter.");
}

TEST_CASE("every way in which a mail transaction can end leaves the session fit for the next") {
  Service service;
  auto mta = service.mta();
  const auto mail = patch("a@example.org");
  mta.mail("<>");
  mta.abort();  // RSET after MAIL
  mta.mail("<>");
  mta.recipient("<demo@lists.example.org>", {"NOTIFY=NEVER"});
  mta.abort();
  mta.envelope_and_header(mail);
  mta.abort();  // after the headers
  mta.envelope_and_header(mail);
  mta.body("half a body");
  mta.abort();
  CHECK(service.messages() == 0);
  auto bounce = mail;
  bounce.reverse_path = "<>";
  CHECK(mta.deliver(bounce) == go_on);
  CHECK(service.messages() == 1);
  { auto gone = service.mta(); }  // close is all that is ever said
  {
    auto gone = service.mta();
    gone.envelope_and_header(mail);
  }  // close in the middle
  mta.quit();
  CHECK(service.mta().deliver(patch("b@example.org")) == go_on);
}

TEST_CASE("1,000 messages on one connection, 200 more on ten at once") {
  Service service;
  auto mta = service.mta();
  const auto named = [](const std::string& id) { return patch(id, " [PATCH] mend " + id); };
  for (int i = 0; i < 1000; ++i)
    REQUIRE(mta.deliver(named(std::to_string(i) + "@example.org")) == go_on);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 10; ++thread)
    threads.emplace_back([&, thread] {
      auto own = service.mta();
      for (int i = 0; i < 20; ++i)
        own.deliver(named(std::to_string(i) + "." + std::to_string(thread) + "@example.org"));
    });
  for (auto& thread : threads) thread.join();
  CHECK(service.messages() == 1200);
}

TEST_CASE("a message of 30 MB is recorded whole") {
  Service service;
  auto mta = service.mta();
  auto mail = patch("big@example.org");
  const std::string line = "+one line of a large file, as large files have them\r\n";
  mail.body = "Why.\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -0,0 +1,600000 @@\r\n";
  for (int i = 0; i < 600'000; ++i) mail.body += line;
  REQUIRE(mail.body.size() > 30'000'000);
  CHECK(mta.deliver(mail) == go_on);
  const auto raw = service.archive().raw_message("demo", "big@example.org");
  REQUIRE(raw);
  CHECK(raw->ends_with(mail.body));
}

TEST_CASE("a log line cannot be forged by a mail") {
  Service service;
  auto mta = service.mta();
  auto mail = patch("a@example.org");
  mail.header[2].second = " <a\x1b[2J\rX: status=stored@example.org>";
  mail.queue_id = "4F3A1\n4F3A2: forged";
  CHECK(mta.deliver(mail) == go_on);
  service.daemon.wait_for_log("status=");
  const auto log = service.daemon.log();
  CHECK(log.find('\x1b') == std::string::npos);
  CHECK(log.find("\n4F3A2") == std::string::npos);
}

TEST_CASE("a project that is added, or let go, is seen without a restart") {
  Service service;
  const auto tool = program("quilter") + " --database " + quoted(service.database.owner());
  output_of(tool + " project set demo --untracked");
  service.daemon.wait_for_log("projects count=0");
  CHECK(service.mta().deliver(patch("a@example.org")) == accepted);
  output_of(tool + " project set demo --tracked");
  output_of(tool + " project add two --list-id two.example.org --subject-match '\\[.*net'");
  service.daemon.wait_for_log("projects count=2");
  CHECK(service.mta().deliver(patch("a@example.org")) == go_on);
  CHECK(service.messages() == 1);
}

TEST_CASE("with the database gone mail goes on, and is recorded from the disk once it is back") {
  const Service service;
  auto mta = service.mta();
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  service.take_database_away();
  CHECK(mta.deliver(patch("b@example.org")) == go_on);
  service.daemon.wait_for_log("status=spooled (");
  service.give_database_back();
  service.daemon.wait_for_log("spool-emptied replayed=1");
  CHECK(service.messages() == 2);
}

TEST_CASE("with the database gone the client is told to come again, where that is wanted") {
  const Service service{"on_failure = \"tempfail\"\n"};
  auto mta = service.mta();
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  service.take_database_away();
  const auto answer = mta.deliver(patch("b@example.org"));
  CHECK(answer.verdict == 'y');
  CHECK_THAT(answer.text, Contains("451 4.3.0"));
  service.daemon.wait_for_log("status=try-later (");
  service.give_database_back();
  service.daemon.wait_for_log("database-back");
  CHECK(mta.deliver(patch("b@example.org")) == go_on);
  CHECK(service.messages() == 2);
}

TEST_CASE("SIGHUP does not end it; SIGTERM ends it in order") {
  Service service;
  auto mta = service.mta();
  for (int i = 0; i < 5; ++i) service.daemon.signal(SIGHUP);
  service.daemon.wait_for_log("reloaded changed=0");
  CHECK(mta.deliver(patch("a@example.org")) == go_on);
  mta.quit();
  service.daemon.signal(SIGTERM);
  CHECK(service.daemon.wait() == 0);
  CHECK_THAT(service.daemon.log(), Contains("draining") && Contains("stopped"));
}

TEST_CASE("it says why it cannot start, and ends with a code that says whose fault it is") {
  const ScratchDatabase empty;
  CHECK_THROWS_WITH(Daemon(empty.ingest()), Contains("migrate"));
  CHECK_THROWS_WITH(Daemon(empty.ingest(), "colour = 1\n"), Contains("colour"));
  const ScratchFolder folder;
  const auto config = folder.path() + "/c.toml";
  std::ofstream{config} << "[database]\nconnections = \"many\"\n";
  CHECK_THAT(outcome_of(program("quilterd") + " --config " + config + " --check-config"),
             Contains(config + ":2: database.connections: ") && Contains("status=78"));
  CHECK_THAT(outcome_of(program("quilterd") + " --colour"), Contains("status=2"));
  CHECK_THAT(output_of(program("quilterd") + " --version"), Contains("quilterd 0."));
  CHECK_THAT(output_of(program("quilterd") + " --help"), Contains("--check-config"));
}

TEST_CASE("what the log says is counted, for whoever asks on loopback") {
  auto port = output_of(
      "python3 -c 'import socket; print(socket.create_server((\"127.0.0.1\", "
      "0)).getsockname()[1])'");
  port.pop_back();
  const Service service{"[metrics]\nlisten = \"127.0.0.1:" + port + "\"\n"};
  auto mta = service.mta();
  REQUIRE(mta.deliver(patch("a@example.org")) == go_on);
  REQUIRE(mta.deliver(patch("a@example.org")) == go_on);
  service.take_database_away();
  REQUIRE(mta.deliver(patch("b@example.org")) == go_on);
  const auto scraped = output_of(
      "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:" + port +
      "/metrics\").read().decode())'");
  for (const auto* line :
       {"quilter_messages_total{project=\"demo\",status=\"stored\"} 1\n",
        "quilter_messages_total{project=\"demo\",status=\"already-stored\"} 1\n",
        "quilter_messages_total{project=\"demo\",status=\"spooled\"} 1\n",
        "quilter_events_total{event=\"database-away\"} 1\n", "quilter_database_up 0\n",
        "quilter_spool_files{shelf=\"waiting\"} 1\n", "quilter_violations_total 0\n",
        "quilter_stage_seconds_count{stage=\"parse\"} 3\n",
        "quilter_stage_seconds_count{stage=\"spool\"} 1\n", "quilter_parked_comments 0\n",
        "quilter_build_info{version=\""})
    CHECK_THAT(scraped, Contains(line));
  service.give_database_back();
}
