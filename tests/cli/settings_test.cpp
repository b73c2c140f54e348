// What a project's maintainers set, by the tool.

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;

TEST_CASE("states are listed, added, changed and removed, with their moves") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  struct Act {
    std::string command, says;
  };
  const std::vector<Act> acts{
      {"--as mia state add demo in-testing --action-required yes", "status=0"},
      {"--as mia state add demo in-testing", "has a state in-testing already"},
      {"--as mia state add demo In_Testing", "a state's name is"},
      {"--as mia state add demo all", "'all' is none"},
      {"--as rob state add demo idle", "rob may not run-project"},
      {"state list demo", "10        in-testing         yes              -             all"},
      {"--as mia state set demo in-testing --forbid all --allow accepted --allow new", "status=0"},
      {"--as mia state set demo new --forbid rfc --by-submitter no --position -1", "status=0"},
      {"--as mia state set demo new --forbid nosuch", "project demo has no state nosuch"},
      {"--as mia state set demo nosuch --position 1", "project demo has no state nosuch"},
      {"state list demo", "in-testing         yes              -             accepted, new\n"},
      {"--as mia patch set a@x state=rfc", "rfc may not follow new"},
      {"--as mia patch set a@x state=in-testing", "status=0"},
      {"--as mia patch set a@x state=rejected", "rejected may not follow in-testing"},
      {"--as mia state set demo in-testing --allow all --forbid new", "status=0"},
      {"--as mia patch set a@x state=new", "status=1"},
      {"--as mia state remove demo in-testing", "is that of patches, 1 in number"},
      {"--as mia patch set a@x state=rejected", "status=0"},
      {"--as rob state remove demo in-testing", "rob may not run-project"},
      {"--as mia state remove demo in-testing", "status=0"},
      {"--as mia state remove demo in-testing", "has no state in-testing"},
      {"--as mia state remove demo new", "that state stays"},
      {"state list nothing", "there is no project nothing"},
      {"watch --category state-created --category state-removed",
       R"(state-created  mia  {"action_required":true,"by_submitter":false,"moves_to":null,)"
       R"("name":"in-testing","position":10})"},
      {"watch --category state-changed",
       R"("moves_to":null,"name":"new","position":0} > {"action_required":true,"by_submitter":)"
       R"(false,"moves_to":["accepted","awaiting-upstream")"},
      {"watch --category state-removed", R"("position":10} > -)"},
  };
  for (const auto& act : acts) {
    INFO(act.command);
    CHECK_THAT(demo.said(act.command), Contains(act.says));
  }
  const auto states = demo.json("state list demo");
  CHECK(states.size() == 10);
  CHECK(states[0]["name"] == "new");
  CHECK(states[0]["moves_to"].size() == 8);  // neither rfc, nor what was removed
  CHECK(states[1]["moves_to"].is_null());
}

TEST_CASE("a database role that lacks a right is told with what gives it") {
  Tracked demo;
  demo.database.ask("CREATE ROLE nina LOGIN");
  const auto nina =
      "host=" + DemoDatabase::host() + " dbname=" + demo.database.name() + " user=nina";
  const std::string grant = "sudo -u postgres psql -c 'GRANT ",
                    read_all = "sudo -u postgres psql -d " + demo.database.name() +
                               " -c 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO ",
                    owner = "; who owns the schema may (quilter_owner), or a superuser: sudo";
  struct Row {
    std::string role, command, lacks, mend;
  };
  for (const auto& row : std::vector<Row>{
           {nina, "patch list", "role nina lacks a right: SELECT: permission denied for table",
            read_all + "nina'"},
           {nina, "reparse", "permission denied for table", read_all + "nina'"},
           {nina, "automate", "permission denied for table", grant + "quilter_tracker TO nina'"},
           {nina, "--as root project set demo --untracked", "permission denied for table", owner},
           {nina, "reparse --apply --yes", "permission denied for table", owner},
           {nina, "series merge 1 2", "permission denied for table", owner},
           {nina, "import /dev/null", "schema_migration", grant + "quilter_ingest TO nina'"},
           {nina, "migrate", "schema_migration", owner},
           {nina, "setup-db --run", "create role", "; a superuser may"},
           {demo.database.ingest(), "--as mia state add demo x",
            "role quilter_ingest lacks a right: SELECT: permission denied for table project",
            grant + "quilter_tracker TO quilter_ingest'"},
           {demo.database.tracker(), "--as root project set demo --untracked",
            "role quilter_tracker lacks a right: UPDATE: permission denied for table project",
            owner},
           {demo.database.tracker(), "--as root project add x --list-id x.y",
            "INSERT: permission denied for table project", owner},
           {demo.database.tracker(), "reparse --apply --yes", "denied for table comment", owner},
       }) {
    INFO(row.command);
    CHECK_THAT(outcome_of(Tracked::tool(row.role) + row.command),
               Contains(row.lacks) && Contains(row.mend) && Contains("status=1"));
  }
  demo.database.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO nina");
  CHECK_THAT(outcome_of(Tracked::tool(nina) + "patch list"), Contains("status=0"));
  for (const auto* command : {"import /dev/null", "spool replay --folder /nonexistent x"})
    CHECK_THAT(outcome_of(Tracked::tool(nina) + command),
               Contains("role nina lacks a right: permission denied for function record_message") &&
                   Contains(grant + "quilter_ingest TO nina'") && Contains("status=1"));
  demo.database.ask("DROP OWNED BY nina; DROP ROLE nina");
}
