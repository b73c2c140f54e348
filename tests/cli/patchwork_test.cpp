// The real `quilter import-patchwork`, with a Patchwork's database of its own.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

// Here: the patches a@x and b@x, the cover letter c@x, the comment r@x, and accounts. There: as
// `insert` says, read by a role that may read what is needed, and no more.
class Moving : public Tracked {
 public:
  Moving() {
    record(patch("c@x", {1, 0, 2}));
    record(patch("a@x", {1, 1, 2}, {"c@x"}, 1));
    record(patch("b@x", {1, 2, 2}, {"c@x"}, 2));
    record(comment("r@x", {"a@x"}, 3));
    output_of("psql -qX -v ON_ERROR_STOP=1 " + quoted(patchwork.superuser()) +
              " -f tests/support/patchwork.sql");
    there(
        "DO $$ BEGIN CREATE ROLE patchwork_reader LOGIN; EXCEPTION WHEN duplicate_object THEN END "
        "$$; GRANT SELECT ON patchwork_project, patchwork_person, patchwork_userprofile, "
        "patchwork_userprofile_maintainer_projects, patchwork_state, patchwork_patch, "
        "patchwork_cover, patchwork_patchcomment, patchwork_covercomment, patchwork_check TO "
        "patchwork_reader; GRANT SELECT (id, username, email, is_active) ON auth_user TO "
        "patchwork_reader; "
        "INSERT INTO patchwork_project (id, linkname, name, listid) VALUES "
        "(1, 'demo', 'Demo', 'demo.lists.example.org'); "
        "INSERT INTO auth_user (id, username, email) VALUES "
        "(1, 'mia', 'mia@there.org'), (2, 'pat', 'Pat@Example.org'), (3, 'ci bot', ''); "
        "INSERT INTO auth_user (id, username, is_active) VALUES (4, 'old', false); "
        "INSERT INTO auth_user (id, username) VALUES (5, 'ann.smith'), (6, 'nobody-asks'); "
        "INSERT INTO patchwork_person (email, user_id) VALUES ('Ann@example.org', 5), "
        "('pat@work.org', 2); "
        "INSERT INTO patchwork_userprofile SELECT id, id FROM auth_user; "
        "INSERT INTO patchwork_userprofile_maintainer_projects (userprofile_id, project_id) "
        "VALUES (1, 1), (2, 1)");
  }
  std::string from() const {
    return "host=" + ScratchDatabase::host() + " user=patchwork_reader dbname=" + patchwork.name();
  }
  void there(const std::string& statement) const { patchwork.ask(statement); }
  std::string move(const std::string& arguments = {}) const {
    return said("--as root import-patchwork --from " + quoted(from()) + " " + arguments);
  }
  Json moved(const std::string& arguments = {}) const {
    return json("--as root import-patchwork --from " + quoted(from()) + " " + arguments);
  }
  // Of each patch "id state delegate archived commit revision".
  std::string patches() const {
    return database.ask(
        "SELECT concat_ws(' ', m.message_id, p.state, coalesce(a.login, '-'), p.archived, "
        "p.commit_ref, p.revision) FROM patch p JOIN message m ON m.id = p.message_row "
        "LEFT JOIN account a ON a.id = p.delegate_id ORDER BY m.message_id");
  }
  std::string everything() const {
    return patches() +
           database.ask(
               "SELECT message_row, actor, category, field, old_value, new_value, "
               "revision, created_at FROM event WHERE actor <> 'ingest' ORDER BY id") +
           database.ask("SELECT * FROM account") + database.ask("SELECT * FROM account_address") +
           database.ask("SELECT * FROM role") + database.ask("SELECT * FROM check_result") +
           database.ask("SELECT name, list_ids FROM project");
  }

  ScratchDatabase patchwork;
};

// How many did not fit so.
int unfit(const Json& moved, const std::string& what, const std::string& about) {
  for (const auto& group : moved.at("projects").at(0).at("unfit"))
    if (group.at("what") == what && group.at("about") == about) return group.at("count");
  return 0;
}

const std::string two_patches =
    "INSERT INTO patchwork_patch VALUES (1, '<a@x>', 1, 3, 1, true, '0123ABC'), "
    "(2, ' b@x ', 1, 2, 2, false, NULL); "
    "INSERT INTO patchwork_cover VALUES (1, '<c@x>', 1); "
    "INSERT INTO patchwork_patchcomment (msgid, patch_id) VALUES ('<r@x>', 1), ('<gone@x>', 1); "
    "INSERT INTO patchwork_covercomment (msgid, cover_id) VALUES ('<gone@x>', 1); "
    "INSERT INTO patchwork_check (patch_id, user_id, date, state, target_url, description, "
    "context) VALUES (1, 2, '2026-01-02 03:04:05+00', 3, 'https://ci.org', 'no', 'build'), "
    "(1, 2, '2026-01-03 03:04:05+00', 1, NULL, NULL, 'build')";

}  // namespace

TEST_CASE("states, delegates, archived, commits and checks are taken over, as events") {
  const Moving demo;
  demo.there(two_patches);
  const auto said = demo.move();
  CHECK_THAT(said, Contains("accounts made: pat\n") &&
                       Contains("demo: project demo, has 2 of 2 patches") &&
                       Contains("demo: comment not here (import the list's archive): 1\n") &&
                       Contains("gone@x") && Contains("status=0"));
  CHECK(demo.patches() == "a@x accepted mia t 0123abc 4\nb@x under-review pat f  2\n");
  CHECK(demo.database.ask("SELECT DISTINCT actor FROM event WHERE field IS NOT NULL") ==
        "import-patchwork\n");
  CHECK(demo.json("patch check list a@x") ==
        Json::parse(R"([{"project": "demo", "context": "build", "state": "success", "url": null,
                         "description": null, "by": "pat", "at": "2026-01-03T03:04:05Z"}])"));
  CHECK(demo.database.ask("SELECT actor, created_at AT TIME ZONE 'UTC' FROM event WHERE category = "
                          "'check-created' ORDER BY id") ==
        "pat|2026-01-02 03:04:05\npat|2026-01-03 03:04:05\n");
}

TEST_CASE("a second run changes nothing, and a trial run never does") {
  const Moving demo;
  demo.there(two_patches);
  const auto before = demo.everything();
  const auto would = demo.moved("--dry-run");
  CHECK(demo.everything() == before);
  CHECK_THAT(demo.move("--dry-run"),
             Contains("accounts that would be made: pat") && Contains("nothing was written"));
  const auto first = demo.moved();
  CHECK(would == first);
  CHECK(first["projects"][0]["taken"] ==
        Json::parse(R"({"state": 2, "delegate": 2, "archived": 1, "commit": 1, "checks": 2})"));
  const auto after = demo.everything();
  const auto second = demo.moved();
  CHECK(demo.everything() == after);
  CHECK(second["accounts"]["made"].empty());
  CHECK(second["projects"][0]["taken"] ==
        Json::parse(R"({"state": 0, "delegate": 0, "archived": 0, "commit": 0, "checks": 0})"));
  CHECK(second["projects"][0]["same"] ==
        Json::parse(R"({"state": 2, "delegate": 2, "archived": 2, "commit": 2, "checks": 2})"));
}

TEST_CASE("while the old site runs its changes come too, and what was set here is kept") {
  const Moving demo;
  demo.there(two_patches);
  demo.move();
  demo.said("--as mia patch set a@x state=rejected");
  demo.said("--as mia patch check add b@x build success");
  demo.there(
      "UPDATE patchwork_patch SET state_id = 10, delegate_id = NULL; "
      "INSERT INTO patchwork_check (patch_id, user_id, date, state, context) VALUES "
      "(1, 1, '2026-02-01', 2, 'build'), (2, 1, '2026-02-01', 3, 'build')");
  const auto moved = demo.moved();
  CHECK(demo.patches() == "a@x rejected - t 0123abc 6\nb@x deferred - f  4\n");
  CHECK(unfit(moved, "set-here", "state") == 1);
  CHECK(
      moved["projects"][0]["unfit"].dump() ==
      R"([{"about":"comment","count":1,"messages":[{"detail":null,"message_id":"gone@x"}],"what":"not-here"},)"
      R"({"about":"state","count":1,"messages":[{"detail":"rejected here, deferred there","message_id":"a@x"}],"what":"set-here"},)"
      R"({"about":"build","count":1,"messages":[{"detail":"2026-02-01T00:00:00.000000Z","message_id":"b@x"}],"what":"older-check"}])");
  CHECK(demo.json("patch check list b@x")[0]["state"] == "success");
  CHECK(demo.json("patch check list a@x")[0]["state"] == "warning");
  const auto after = demo.everything();
  CHECK_THAT(demo.move(),
             Contains("kept        1      0") && Contains("rejected here, deferred there"));
  CHECK(demo.everything() == after);
}

TEST_CASE("a state that is none there or here is refused before anything is written") {
  const Moving demo;
  demo.there(two_patches +
             "; INSERT INTO patchwork_state VALUES (11, 'Queued', 'Queued', 11); "
             "INSERT INTO patchwork_project (id, linkname, name, listid) VALUES "
             "(2, 'other', 'Other', 'other.lists.example.org')");
  const auto before = demo.everything();
  for (const auto& [state, want] : std::vector<std::pair<std::string, std::string>>{
           {"queued=accepted", "no state queued in that Patchwork: there are new, under-review"},
           {"Queued=acepted", "no state acepted here: there are new, under-review"},
           {"Queued=", "no state  here"}}) {
    CAPTURE(state);
    CHECK_THAT(demo.move("--state " + state), Contains(want) && Contains("status=1"));
    CHECK(demo.everything() == before);
  }
  CHECK_THAT(demo.owner_said("import-patchwork --from " + quoted(demo.from()) +
                             " --project other --state Queued=deferred"),
             Contains("status=0"));  // of a project that it makes
}

TEST_CASE("odd data is told, and left") {
  const Moving demo;
  demo.there(
      "INSERT INTO patchwork_project (id, linkname, name, listid) VALUES "
      "(2, 'other', 'Other', 'other.lists.example.org'); "
      "INSERT INTO patchwork_state VALUES (11, 'Queued', 'queued', 11), (12, 'In', 'in-next', 12); "
      "INSERT INTO patchwork_patch VALUES (1, '<a@x>', 1, 11, 3, false, 'see tree'), "
      "(2, '<a@x>', 2, 3, 1, false, NULL), "  // sent to both lists
      "(3, E'\\t<b@x>\\n', 1, 12, 77, false, ''), (4, 'b@x', 1, 3, 4, true, NULL), "
      "(5, '<c@x>', 1, 3, NULL, false, NULL), (6, '<no@x>', 1, NULL, NULL, false, NULL), "
      "(7, '', 1, 3, NULL, false, NULL), (8, '<a@x> (added by x)', 1, 3, NULL, false, NULL); "
      "INSERT INTO patchwork_check (patch_id, user_id, date, state, context) VALUES "
      "(1, 1, '2026-02-01', 9, 'x'), (1, 1, '2026-02-01', 1, '-x'), (1, 77, '2026-02-01', 1, 'x'), "
      "(1, 1, 'infinity', 1, 'y'), (1, 1, make_timestamptz(12026, 1, 1, 0, 0, 0), 1, 'y'), (1, 1, "
      "'0044-03-15 BC', 1, 'y')");
  const auto moved = demo.moved("--project demo --state in-next=accepted");
  CHECK(demo.patches() == "a@x new - f  0\nb@x accepted - f  1\n");
  CHECK(moved["projects"].size() == 1);
  CHECK(moved["projects"][0]["patches"] == 7);
  CHECK(moved["projects"][0]["found"] == 2);
  CHECK(moved["accounts"]["unfit"] == Json{"ci bot"});
  CHECK(moved["accounts"]["made"] == Json({"pat", "old"}));
  CHECK(demo.database.ask("SELECT disabled FROM account WHERE login = 'old'") == "t\n");
  CHECK(unfit(moved, "unknown-state", "queued") == 1);
  CHECK(unfit(moved, "unknown-user", "ci bot") == 1);
  CHECK(unfit(moved, "unknown-user", "user 77") == 2);
  CHECK(unfit(moved, "no-commit", "see tree") == 1);
  CHECK(unfit(moved, "twice", "patch") == 2);
  CHECK(unfit(moved, "no-patch", "cover") == 1);
  CHECK(unfit(moved, "not-here", "patch") == 2);
  CHECK(unfit(moved, "no-check", "x") == 1);
  CHECK(unfit(moved, "no-check", "-x") == 1);
  CHECK(unfit(moved, "no-check", "y") == 3);
  const auto after = demo.everything();
  demo.move("--project demo --state in-next=accepted");
  CHECK(demo.everything() == after);
}

TEST_CASE("people get accounts once, and no more than they were") {
  const Moving demo;
  demo.there(two_patches);
  demo.there("UPDATE patchwork_patch SET delegate_id = 5 WHERE id = 1");
  const auto moved = demo.moved();
  CHECK_THAT(demo.patches(), Contains("a@x accepted ann "));  // who has that address here
  CHECK(moved["accounts"]["made"] == Json({"pat"}));
  CHECK(demo.json("user list")[4] == Json::parse(
                                         R"({"login": "pat", "admin": false, "disabled": false,
          "addresses": ["pat@example.org", "pat@work.org"], "roles": {"demo": "maintainer"}})"));
  CHECK(demo.database.ask("SELECT count(*) FROM token") == "0\n");
  CHECK(
      demo.database.ask("SELECT string_agg(concat_ws(' ', category, field, new_value), ', ' ORDER "
                        "BY id) FROM event WHERE login = 'pat' AND actor = 'import-patchwork'") ==
      "account-created {\"admin\": false, \"disabled\": false}, account-changed address "
      "pat@example.org, account-changed address pat@work.org, role-changed role maintainer\n");
  demo.said("--as root user role demo pat none");
  demo.said("--as root user set pat --no-address pat@work.org --disabled");
  CHECK(demo.moved()["accounts"] ==
        Json::parse(
            R"({"made": [], "unfit": [], "lacking": [{"project": "demo", "login": "pat"}]})"));
  CHECK_THAT(demo.move(),
             Contains("pat maintains demo there: quilter user role demo pat maintainer"));
  CHECK(demo.json("user list")[4]["roles"].empty());
  CHECK(demo.json("user list")[4]["disabled"] == true);
}

TEST_CASE("projects that are not here are made by the owner, and named to others") {
  const Moving demo;
  demo.there(
      "INSERT INTO patchwork_project (id, linkname, name, listid, subject_match) VALUES "
      "(2, 'new', 'New', 'New.Lists.example.org', 'dev'), "
      "(3, 'ahead', 'Ahead', 'ahead.example.org', '(?=x)'), (4, 'a b', 'A b', 'ab.example.org', "
      "''), "
      "(5, 'hidden', 'Hidden', 'demo.lists.example.org', 'hidden')");
  demo.there("INSERT INTO patchwork_patch VALUES (9, '<new@x>', 2, 3, NULL, false, NULL)");
  CHECK_THAT(demo.move(),
             Contains("new: it is not here, and the owner has to make it: quilter "
                      "project add new --list-id new.lists.example.org --subject-match dev") &&
                 Contains("status=1"));
  const auto owner = "--as nobody import-patchwork --from " + quoted(demo.from());
  CHECK_THAT(demo.owner_said(owner + " --dry-run"),
             Contains("new: project new, which would be made, has 0 of 1 patches"));
  const auto said = demo.owner_said(owner);
  CHECK_THAT(said, Contains("new: project new, made, has 0 of 1 patches") &&
                       Contains("ahead: its subject_match is none") &&
                       Contains("a b: a project's name is") &&
                       Contains("hidden: its list is tracked here in another way"));
  CHECK(demo.database.ask("SELECT name, list_ids, subject_match FROM project ORDER BY id") ==
        "demo|{demo.lists.example.org}|\nnew|{new.lists.example.org}|dev\n");
  CHECK_THAT(demo.owner_said(owner + " --project hidden=demo --project demo=other"),
             Contains("demo: project other, made") && Contains("hidden: project demo, has"));
}

TEST_CASE("only admins take over, only from a Patchwork, and the Patchwork is only read") {
  const Moving demo;
  demo.there(two_patches);
  const auto command = "import-patchwork --from " + quoted(demo.from());
  struct Row {
    std::string command;
    const char* want;
  };
  for (const auto& row :
       {Row{"--as mia " + command, "mia may not run-accounts"},
        Row{"--as mia " + command + " --dry-run", "nothing was written"},
        Row{"--as root " + command + " --project no", "has no project no"},
        Row{"--as root " + command + " --state accepted", "is THERE=HERE"},
        Row{"--as root import-patchwork --from " + quoted(demo.database.owner()),
            "that is no database of Patchwork 3, or not for this role to see: no table auth_user"},
        Row{"--as root import-patchwork --from 'host=/nonexistent'", "Patchwork's database: "}}) {
    CAPTURE(row.command);
    CHECK_THAT(demo.said(row.command), Contains(row.want));
  }
  demo.there("REVOKE SELECT ON patchwork_check FROM patchwork_reader");
  CHECK_THAT(demo.move(),
             Contains("permission denied for table patchwork_check") && Contains("status=75"));
}

TEST_CASE("killed in the middle and run again, it comes to the same") {
  Moving demo;
  constexpr int patches = 350;  // four pages
  for (int i = 0; i < patches; ++i) demo.record(patch("p" + std::to_string(i), {}, {}, i));
  demo.there(
      "INSERT INTO patchwork_patch SELECT i + 1, '<p' || i || '>', 1, 3, 2, false, NULL FROM "
      "generate_series(0, " +
      std::to_string(patches - 1) + ") i");
  demo.database.ask(
      "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); "
      "RETURN NEW; END $$; CREATE TRIGGER stall BEFORE UPDATE ON patch FOR EACH ROW WHEN "
      "(OLD.number >= 0 AND OLD.message_row = 255) EXECUTE FUNCTION stall()");

  const auto child = fork();
  if (child < 0) throw std::runtime_error{"cannot fork"};
  if (child == 0) {
    const auto tool = path_of("quilter"), database = demo.database.tracker(), from = demo.from();
    execl(tool.c_str(), tool.c_str(), "--database", database.c_str(), "--as", "root",
          "import-patchwork", "--from", from.c_str(), nullptr);
    _exit(127);
  }
  const auto stalled = [&] {
    return demo.database.ask(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
               "'" +
               demo.database.name() + "'") != "0\n";
  };
  while (!stalled()) {  // each look is a psql: no need to pause
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  demo.database.ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = "
      "'PgSleep'");
  demo.database.ask("DROP TRIGGER stall ON patch");
  const auto accepted = [&] {
    return std::stoi(demo.database.ask("SELECT count(*) FROM patch WHERE state = 'accepted'"));
  };
  CHECK(accepted() == 200);
  CHECK(demo.moved()["projects"][0]["taken"]["state"] == patches - 200);
  CHECK(accepted() == patches);
  CHECK(demo.database.ask("SELECT count(*), max(revision) FROM event WHERE revision > 0") ==
        std::to_string(2 * patches) + "|2\n");
}
