#include "cli/doctor/postfix.hpp"

#include "tests/support/catch.hpp"

using namespace quilter::doctor;
using namespace std::chrono_literals;

namespace {

const char* const queue = "/var/spool/postfix";
const char* const our_path = "/var/spool/postfix/quilter/quilter.sock";

bool same_text(const std::string& one, const std::string& other) {
  return one == other;
}

// As the documents set it up, on Debian: chrooted.
PostfixFacts well_set_up() {
  return {.folder = "",
          .main = {{"queue_directory", queue},
                   {"compatibility_level", "3.6"},
                   {"smtpd_milters", "unix:quilter/quilter.sock"},
                   {"non_smtpd_milters", "unix:quilter/quilter.sock"},
                   {"milter_default_action", "tempfail"},
                   {"milter_protocol", "6"},
                   {"milter_content_timeout", "300s"},
                   {"message_size_limit", "10240000"}},
          .services = {{"smtp/inet/chroot", "y"},
                       {"smtp/inet/command", "smtpd"},
                       {"cleanup/unix/chroot", "y"},
                       {"cleanup/unix/command", "cleanup"}},
          .overrides = {}};
}

OurSide ours(const std::string& listen) {
  return {*endpoint_of(listen), std::size_t{64} << 20U, 5s};
}

Findings findings_of(const PostfixFacts& facts, const std::string& path = our_path) {
  return postfix_findings(facts, ours("unix:" + path), same_text);
}

}  // namespace

TEST_CASE("a Postfix that is set up as the documents say is well") {
  CHECK(findings_of(well_set_up()) == Findings{ok("Postfix hands us its mail, by smtp/inet")});
}

TEST_CASE("a socket is found by the path that Postfix sees") {
  struct Row {
    const char* chroot;
    const char* smtpd_milters;
    const char* our_path;
    bool found;
  };
  const auto row = GENERATE(values<Row>({
      {"y", "unix:quilter/quilter.sock", our_path, true},
      {"n", "unix:quilter/quilter.sock", our_path, true},
      {"y", "unix:/quilter/quilter.sock", our_path, true},
      {"n", "unix:/quilter/quilter.sock", our_path, false},
      {"n", "unix:/run/quilter/quilter.sock", "/run/quilter/quilter.sock", true},
      {"y", "unix:/run/quilter/quilter.sock", "/run/quilter/quilter.sock", false},
      {"-", "unix:/run/quilter/quilter.sock", "/run/quilter/quilter.sock", true},
      {"y", "inet:localhost:8891", our_path, false},
      {"y", "", our_path, false},
      {"n", "inet:localhost:1, {unix:quilter/quilter.sock, command_timeout=9s}", our_path, true},
  }));
  CAPTURE(row.chroot, row.smtpd_milters);
  auto facts = well_set_up();
  facts.services["smtp/inet/chroot"] = facts.services["cleanup/unix/chroot"] = row.chroot;
  facts.main["smtpd_milters"] = facts.main["non_smtpd_milters"] = row.smtpd_milters;
  CHECK(has(findings_of(facts, row.our_path), Level::wrong) == !row.found);
}

TEST_CASE("each fault of main.cf is told, with the command that mends it") {
  struct Row {
    const char* name;
    const char* value;
    Level level;
    const char* text;
    const char* command;
  };
  const auto row = GENERATE(values<Row>({
      {"smtpd_milters", "", Level::wrong, "no smtpd hands its mail to us",
       "sudo postconf -e smtpd_milters=unix:quilter/quilter.sock && sudo postfix reload"},
      {"smtpd_milters", "inet:localhost:8891", Level::wrong, "no smtpd hands its mail to us",
       "sudo postconf -e 'smtpd_milters=inet:localhost:8891, unix:quilter/quilter.sock' && sudo "
       "postfix reload"},
      {"smtpd_milters", "unix:/var/spool/postfix/quilter/quilter.sock", Level::wrong,
       "/var/spool/postfix/var/spool/postfix/quilter/quilter.sock for a chrooted smtpd",
       "sudo postconf -e smtpd_milters=unix:quilter/quilter.sock && sudo postfix reload"},
      {"smtpd_milters", "unix:quilter/quilter.sock, {inet:localhost:1, default_action=accept}",
       Level::warning, "not the last of smtpd_milters",
       "sudo postconf -e 'smtpd_milters={inet:localhost:1, default_action=accept}, "
       "unix:quilter/quilter.sock' && sudo postfix reload"},
      {"smtpd_milters", "{ unix:quilter/quilter.sock, default_action = accept }", Level::wrong,
       "default_action is accept for our socket: while the daemon is away mail passes unrecorded",
       "sudo postconf -e smtpd_milters=unix:quilter/quilter.sock && sudo postfix reload"},
      {"milter_default_action", "accept", Level::wrong, "mail passes unrecorded",
       "sudo postconf -e milter_default_action=tempfail && sudo postfix reload"},
      {"milter_default_action", "reject", Level::wrong, "not kept at its client",
       "sudo postconf -e milter_default_action=tempfail && sudo postfix reload"},
      {"milter_protocol", "2", Level::wrong, "quilterd needs 6",
       "sudo postconf -e milter_protocol=6 && sudo postfix reload"},
      {"milter_content_timeout", "14s", Level::wrong, "would be recorded and sent again",
       "sudo postconf -e milter_content_timeout=300s && sudo postfix reload"},
      {"milter_command_timeout", "1", Level::warning, "milter_command_timeout is 1s",
       "sudo postconf -e milter_command_timeout=30s && sudo postfix reload"},
      {"non_smtpd_milters", "", Level::warning, "mail that comes by sendmail(1)",
       "sudo postconf -e 'non_smtpd_milters=$smtpd_milters' && sudo postfix reload"},
      {"message_size_limit", "0", Level::warning, "message_size_limit is 0 (none)",
       "sudo postconf -e message_size_limit=67108864 && sudo postfix reload"},
      {"message_size_limit", "9999999999", Level::warning, "are recorded cut",
       "sudo postconf -e message_size_limit=67108864 && sudo postfix reload"},
  }));
  CAPTURE(row.name, row.value);
  auto facts = well_set_up();
  facts.main[row.name] = row.value;
  const auto findings = findings_of(facts);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].level == row.level);
  CHECK_THAT(findings[0].text, Catch::Matchers::Contains(row.text));
  CHECK(findings[0].command == row.command);
}

TEST_CASE("what master.cf overrides counts, and is mended there") {
  auto facts = well_set_up();
  facts.overrides["smtp/inet/smtpd_milters"] = "inet:localhost:1";
  CHECK(has(findings_of(facts), Level::wrong));
  facts.overrides["smtp/inet/smtpd_milters"] = "unix:quilter/quilter.sock";
  facts.overrides["smtp/inet/milter_default_action"] = "accept";
  facts.folder = "/etc/postfix-in";
  const auto findings = findings_of(facts);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].command ==
        "sudo postconf -c /etc/postfix-in -P smtp/inet/milter_default_action=tempfail && sudo "
        "postfix -c /etc/postfix-in reload");
}

TEST_CASE("an smtpd behind a content filter, which asks no milters, is left out") {
  auto facts = well_set_up();
  facts.services["10025/inet/command"] = "smtpd -o receive_override_options=no_milters";
  facts.overrides["10025/inet/receive_override_options"] = "no_milters";
  CHECK(findings_of(facts) == Findings{ok("Postfix hands us its mail, by smtp/inet")});
}

TEST_CASE("a chrooted smtpd cannot see a socket outside: another place is told") {
  auto facts = well_set_up();
  const auto findings = findings_of(facts, "/run/quilter/quilter.sock");
  REQUIRE(findings.size() == 1);
  CHECK_THAT(findings[0].text,
             Catch::Matchers::Contains("chrooted to /var/spool/postfix and cannot see "
                                       "/run/quilter/quilter.sock"));
  CHECK_THAT(findings[0].command,
             Catch::Matchers::StartsWith(
                 "sudo install -d -o quilter -g postfix -m 2750 /var/spool/postfix/quilter && "));
}

TEST_CASE("an inet socket is known by its port, on loopback by any name") {
  struct Row {
    const char* listen;
    const char* milter;
    bool found;
  };
  const auto row = GENERATE(values<Row>({
      {"inet:8891@127.0.0.1", "inet:localhost:8891", true},
      {"inet6:8891@::1", "inet:[::1]:8891", true},
      {"inet:8891@0.0.0.0", "inet:mx.example.org:8891", true},
      {"inet:8891@127.0.0.1", "inet:localhost:8892", false},
      {"inet:8891@127.0.0.1", "inet:mx.example.org:8891", false},
      {"inet:8891@127.0.0.1", "unix:quilter/quilter.sock", false},
  }));
  CAPTURE(row.listen, row.milter);
  auto facts = well_set_up();
  facts.main["smtpd_milters"] = facts.main["non_smtpd_milters"] = row.milter;
  const auto findings = postfix_findings(facts, ours(row.listen), same_text);
  CHECK(has(findings, Level::wrong) == !row.found);
}

TEST_CASE("a list of milters is read as Postfix reads it") {
  const auto list =
      milter_list(" unix:a/b,\tinet:h:1 { unix:c , default_action = accept,x=y },{} {");
  REQUIRE(list.size() == 5);
  CHECK(list[0].name == "unix:a/b");
  CHECK(list[1].name == "inet:h:1");
  CHECK(list[2].name == "unix:c");
  CHECK(list[2].settings == Values{{"default_action", "accept"}, {"x", "y"}});
  CHECK(list[2].text == "{ unix:c , default_action = accept,x=y }");
  CHECK(list[3].name.empty());
  CHECK(milter_list(" , ").empty());
}

TEST_CASE("Postfix's times have units") {
  CHECK(postfix_time("30") == 30s);
  CHECK(postfix_time("30s") == 30s);
  CHECK(postfix_time("5m") == 300s);
  CHECK(postfix_time("2h") == 7200s);
  CHECK(postfix_time("1d") == 86400s);
  CHECK(postfix_time("1w") == 604800s);
  CHECK_FALSE(postfix_time("soon"));
  CHECK_FALSE(postfix_time("s"));
  CHECK_FALSE(postfix_time(""));
}
