// Who may change something: `quilter user` and `quilter token`.

#include <sstream>

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

TEST_CASE("accounts and roles are the admins', and a project's roles its maintainers'") {
  const Tracked demo;
  struct Row {
    const char* command;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"--as root user add new", "status=0"},
      {"--as mia user add new", "mia may not run-accounts"},
      {"--as nobody user add new", "nobody may not run-accounts"},
      {"--as root user add rob", "account rob is there already"},
      {"--as root user add automation", "import-patchwork are nobody's"},
      {"--as automation user add new", "automation may not run-accounts"},
      {"--as root user add ingest", "import-patchwork are nobody's"},
      {"--as root user add import-patchwork", "import-patchwork are nobody's"},
      {"--as root user add 'a b'", "a login is"},
      {"--as root user add new --address x", "no address: 'x'"},
      {"--as root user add new --address 'a@b.org, c@d.org'", "no address: 'a@b.org, c@d.org'"},
      {"--as root user add new --address \"$(printf 'x@y\\nz@q')\"", "no address: 'x@y?z@q'"},
      {"--as root user add new --address @", "no address: '@'"},
      {"--as root user add new --address 'Ann <Ann@example.org>'", "ann@example.org is ann's"},
      {"--as root user add new --address Ann@example.org", "ann@example.org is ann's"},
      {"--as root user add new --address a@b@c", "no address: 'a@b@c'"},
      {"--as root user set eve", "nothing to set"},
      {"--as root user set eve --disabled", "status=0"},
      {"--as mia user set eve --disabled", "mia may not run-accounts"},
      {"--as root user set nobody --disabled", "there is no account nobody"},
      {"--as root user set ann --no-address x@example.org", "ann has no address"},
      {"--as root user role demo eve reviewer", "status=0"},
      {"--as mia user role demo eve reviewer", "status=0"},
      {"--as rob user role demo eve reviewer", "rob may not run-project"},
      {"--as bot user role demo eve reviewer", "bot may not run-project"},
      {"--as root user role nothing eve bot", "there is no project nothing"},
      {"--as root user role demo nobody bot", "there is no account nobody"},
      {"--as root user role demo eve king", "status=2"},
      {"--as root user set eve --admin --no-admin", "status=2"},
  }));
  CAPTURE(row.command);
  CHECK_THAT(demo.said(row.command), Contains(row.want));
}

TEST_CASE("who owns the schema makes the first account, and is none") {
  const ReadyDatabase fresh;
  const auto owner = Tracked::tool(fresh.owner()), member = Tracked::tool(fresh.tracker());
  CHECK_THAT(output_of(member + "user add root 2>&1 || true"),
             Contains(output_of("printf %s \"$(id -un)\"") + " may not run-accounts"));
  output_of(owner + "user add root --admin --address Root@Example.org");
  output_of(member + "--as root user add ann");
  output_of(member + "--as root user role demo ann maintainer");
  CHECK(Json::parse(output_of(member + "--json user list")) == Json::parse(R"([
    {"login": "ann", "admin": false, "disabled": false, "addresses": [],
     "roles": {"demo": "maintainer"}},
    {"login": "root", "admin": true, "disabled": false, "addresses": ["root@example.org"],
     "roles": {}}])"));
  output_of(member + "--as root user set ann --address a@example.org --disabled");
  output_of(member + "--as root user role demo ann none");
  CHECK_THAT(output_of(member + "user list"), Contains("ann    yes       -      a@example.org"));
}

TEST_CASE("of a token its hash is kept, and its account or an admin revokes it") {
  const Tracked demo;
  const auto said = demo.said("--as bot token add --label 'of ci' --days 30");
  CHECK_THAT(said, Catch::Matchers::Matches("quilter_[0-9a-f]{64}\nstatus=0\n"));
  const auto token = said.substr(0, said.find('\n'));
  CHECK(demo.database.ask("SELECT hash = sha256('" + token + "') FROM token") == "t\n");
  const auto list = demo.json("token list bot");
  REQUIRE(list.size() == 1);
  CHECK(list[0]["label"] == "of ci");
  CHECK(list[0]["expires"].is_string());
  CHECK(list[0]["revoked"].is_null());
  CHECK(demo.json("--as bot token add")["token"] != token);

  CHECK_THAT(demo.said("--as eve token revoke 1"), Contains("eve may not run-accounts"));
  CHECK_THAT(demo.said("--as eve token add bot"), Contains("eve may not run-accounts"));
  CHECK_THAT(demo.said("--as nobody token add"), Contains("there is no account nobody"));
  CHECK_THAT(demo.said("--as root token revoke 7"), Contains("there is no token 7"));
  CHECK_THAT(demo.said("--as bot token revoke 1"), Contains("status=0"));
  CHECK_THAT(demo.said("--as root token revoke 2"), Contains("status=0"));
  CHECK(demo.json("token list")[1]["revoked"].is_string());
  demo.said("--as bot token add");
  demo.said("--as root user set bot --disabled");
  for (const auto* words : {"token add", "token revoke 3"})
    CHECK_THAT(demo.said(std::string{"--as bot "} + words),
               Contains("the account bot is disabled"));
}

TEST_CASE("what is changed of accounts, roles and tokens is told, and nothing secret with it") {
  const Tracked demo;
  const auto hidden = demo.said("--as eve token add --label 'of ci' --days 1").substr(0, 72);
  demo.said("--as root user add new --admin --address New@example.org");
  demo.said("--as root user set new --no-admin --disabled --address b@example.org");
  demo.said("--as root user set new --no-address new@example.org --disabled");
  demo.said("--as mia user role demo eve reviewer");
  demo.said("--as mia user role demo eve bot");
  demo.said("--as mia user role demo eve bot");
  demo.said("--as root user role demo eve none");
  demo.said("--as root token revoke 1");
  demo.said("--as root token revoke 1");
  demo.said("--as mia user set eve --admin");  // which she may not
  demo.owner_said("--as automation user set eve --admin");
  CHECK(demo.database.ask(
            "SELECT actor, category, login, project_id, field, old_value, new_value FROM event "
            "WHERE category <> 'token-created' ORDER BY id") ==
        "root|account-created|new||||{\"admin\": true, \"disabled\": false}\n"
        "root|account-changed|new||address||new@example.org\n"
        "root|account-changed|new||admin|true|false\n"
        "root|account-changed|new||disabled|false|true\n"
        "root|account-changed|new||address||b@example.org\n"
        "root|account-changed|new||address|new@example.org|\n"
        "mia|role-changed|eve|1|role||reviewer\n"
        "mia|role-changed|eve|1|role|reviewer|bot\n"
        "root|role-changed|eve|1|role|bot|\n"
        "root|token-revoked|eve||||{\"token\": 1}\n");
  const auto log = demo.database.ask("SELECT e::text FROM event e");
  CHECK_THAT(log, !Contains(hidden.substr(8)));
  CHECK_THAT(log,
             !Contains(demo.database.ask("SELECT encode(hash, 'hex') FROM token").substr(0, 64)));

  std::istringstream lines{
      output_of(Tracked::tool(demo.database.tracker()) + "--json watch --category token-created")};
  std::string line;
  std::getline(lines, line);
  const auto event = Json::parse(line);
  CHECK(event["project"].is_null());
  CHECK(event["actor"] == "eve");
  CHECK(event["account"] == "eve");
  CHECK(event["to"]["token"] == 1);
  CHECK(event["to"]["label"] == "of ci");
  CHECK(event["to"]["expires"].is_string());
  CHECK(event["to"].size() == 3);
  CHECK_THAT(demo.said("watch --actor mia"),
             Contains("demo  role-changed  mia  account eve  role - > reviewer"));
  CHECK_THAT(demo.said("watch --actor root"),
             Contains("-  account-changed  root  account new  admin true > false"));
}
