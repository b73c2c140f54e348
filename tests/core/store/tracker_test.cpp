// What people change, and the log of it, in a database.
#include "core/store/tracker.hpp"

#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "core/store/archive.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/states.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cutting_proxy.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

constexpr auto state = PatchField::state, delegate = PatchField::delegate,
               archived = PatchField::archived, commit = PatchField::commit;

// mia maintains, rob reviews, bot is one, ann submits, eve is nobody here, root is admin.
struct Tracked : DemoDatabase {
  Tracker changes{options_for(tracker())};

  Tracked() {
    sql("INSERT INTO account (login, admin) VALUES ('mia', false), ('rob', false), ('bot', false), "
        "('ann', false), ('eve', false), ('root', true)");
    sql("INSERT INTO role SELECT 1, id, CASE login WHEN 'mia' THEN 'maintainer' WHEN 'rob' THEN "
        "'reviewer' ELSE 'bot' END FROM account WHERE login IN ('mia', 'rob', 'bot')");
    sql("INSERT INTO account_address SELECT 'ann@example.org', id FROM account WHERE login = "
        "'ann'");
  }

  std::vector<Outcome> change(const std::string& login, std::vector<Change> wanted,
                              Mode mode = Mode::all_or_nothing) {
    return changes.update({{login}, "demo", std::move(wanted), mode});
  }
  // "state new>accepted 1; …" of all changes, oldest first.
  std::string log() const {
    return sql(
        "SELECT coalesce(string_agg(actor || ' ' || field || ' ' || old_value || '>' || "
        "new_value || ' ' || revision, '; ' ORDER BY id), '') FROM event WHERE field IS NOT "
        "NULL");
  }
};

// "applied new,,false, r0", "refused stale: …".
std::string shown(const Outcome& outcome) {
  std::string text{to_string(outcome.result)};
  if (outcome.reason != Reason::none) text += " " + std::string{to_string(outcome.reason)};
  text += ": ";
  for (const auto field : patch_fields) text += outcome.values[field] + ",";
  return text + std::to_string(outcome.values.revision);
}

std::vector<std::string> shown(const std::vector<Outcome>& outcomes) {
  std::vector<std::string> texts;
  for (const auto& outcome : outcomes) texts.push_back(shown(outcome));
  return texts;
}

using Texts = std::vector<std::string>;

void check_denied(const std::string& connection, const std::string& statement) {
  CAPTURE(statement);
  pqxx::connection session{connection};
  pqxx::work transaction{session};
  CHECK_THROWS_WITH(transaction.exec(statement), Contains("permission denied"));
}

}  // namespace

TEST_CASE("a change whose commit nobody heard of is told as it was made, and made once") {
  Tracked demo;
  demo.record(patch("a", {}));
  const CuttingProxy proxy{GENERATE(1, 2)};
  Tracker changes{options_for(proxy.by(demo.tracker()))};
  CHECK(shown(changes.update({{"mia"}, "demo", {{MessageId{"a"}, state, "accepted", "new"}}})) ==
        Texts{"applied: accepted,,false,,1"});
  CHECK(demo.log() == "mia state new>accepted 1");
  CHECK(proxy.cuts_left() == 0);
}

// Which once was as often as there are messages.
TEST_CASE("what a change names is looked up as often among many messages as among few") {
  Tracked demo;
  for (int i = 0; i < 30; ++i) demo.record(patch("m" + std::to_string(i), {}));
  demo.sql("ALTER DATABASE " + demo.name() + " SET track_functions = 'all'");
  {
    Tracker fresh{options_for(demo.tracker())};
    fresh.update({{"mia"}, "demo", {{MessageId{"m7"}, state, "accepted"}}});
  }
  const auto calls = [&] {
    return demo.sql(
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions "
        "WHERE funcname = 'named_patches'");
  };
  while (calls() == "0") std::this_thread::yield();  // the server counts when a connection ends
  CHECK(std::stoi(calls()) <= 3);
}

TEST_CASE("each field is changed by itself, and each change is an event") {
  Tracked demo;
  demo.record(patch("a", {}));
  CHECK(shown(demo.change("mia", {{"a", state, "accepted", "new"}})) ==
        Texts{"applied: accepted,,false,,1"});
  CHECK(shown(demo.change("mia", {{"a", delegate, "rob", ""}})) ==
        Texts{"applied: accepted,rob,false,,2"});
  CHECK(shown(demo.change("mia", {{"a", archived, "true"}, {"a", commit, "0123abc"}})) ==
        Texts{"applied: accepted,rob,true,0123abc,4"});
  CHECK(shown(demo.change("mia", {{"a", delegate, ""}})) ==
        Texts{"applied: accepted,,true,0123abc,5"});
  CHECK(demo.log() ==
        "mia state new>accepted 1; mia delegate >rob 2; mia archived false>true 3; "
        "mia commit >0123abc 4; mia delegate rob> 5");
}

TEST_CASE("what is there already is unchanged, and no event") {
  Tracked demo;
  demo.record(patch("a", {}));
  CHECK(shown(demo.change("mia", {{"a", state, "new", "accepted"}})) ==
        Texts{"unchanged: new,,false,,0"});
  CHECK(demo.log().empty());
}

TEST_CASE("a change is refused when its field moved, and made when another did") {
  Tracked demo;
  struct Row {
    const char* id;  // of the patch, and what is tried on it
    PatchField field;
    const char* to;
    std::optional<std::string> from;
    std::optional<std::int64_t> revision;
    const char* want;
  };
  for (const auto& row : std::vector<Row>{
           {"value", state, "rejected", "new", {}, "refused stale: accepted,rob,false,,2"},
           {"revision", state, "rejected", {}, 0, "refused stale: accepted,rob,false,,2"},
           {"to come", state, "rejected", {}, 3, "refused stale: accepted,rob,false,,2"},
           {"both", state, "rejected", "accepted", 0, "refused stale: accepted,rob,false,,2"},
           {"still there", state, "rejected", "accepted", {}, "applied: rejected,rob,false,,3"},
           {"others moved", state, "rejected", {}, 1, "applied: rejected,rob,false,,3"},
           {"newest", delegate, "", {}, 2, "applied: accepted,,false,,3"},
           {"never moved", archived, "true", {}, 0, "applied: accepted,rob,true,,3"},
           {"nothing named", state, "rejected", {}, {}, "applied: rejected,rob,false,,3"}}) {
    CAPTURE(row.id);
    demo.record(patch(row.id, {}));
    demo.change("mia", {{row.id, state, "accepted"}});
    demo.change("mia", {{row.id, delegate, "rob"}});
    CHECK(shown(demo.change("mia", {{row.id, row.field, row.to, row.from, row.revision}})) ==
          Texts{row.want});
  }
}

TEST_CASE("a series is addressed as a whole, all or nothing, or patch by patch") {
  Tracked demo;
  const auto series = demo.record(patch("c", {1, 0, 2}));
  demo.record(patch("p1", {1, 1, 2}, {"c"}, 1));
  demo.record(patch("p2", {1, 2, 2}, {"c"}, 2));
  demo.change("mia", {{"p2", state, "deferred"}});
  const Change change{SeriesId{series}, state, "accepted", "new"};
  CHECK(shown(demo.change("mia", {change})) ==
        Texts{"withheld: new,,false,,0", "refused stale: deferred,,false,,1"});
  CHECK(shown(demo.change("mia", {change, {"p1", archived, "true"}}, Mode::patch_by_patch)) ==
        Texts{"applied: accepted,,true,,2", "refused stale: deferred,,false,,1"});
  CHECK(shown(demo.change("mia", {{SeriesId{series}, state, "rejected"}})) ==
        Texts{"applied: rejected,,true,,3", "applied: rejected,,false,,2"});
}

TEST_CASE("a series that was merged means the other") {
  Tracked demo;
  const auto first = demo.record(patch("a", {1, 1, 2}, {}, 0));
  const auto second = demo.record(patch("b", {1, 2, 2}, {}, 600));
  REQUIRE(first != second);
  Archive{demo.owner()}.merge_series("root", first, second, {});
  CHECK(demo.change("mia", {{SeriesId{second}, state, "accepted"}}).size() == 2);
}

TEST_CASE("what is not there is refused") {
  Tracked demo;
  demo.record(patch("a", {}));
  CHECK(shown(demo.change("mia", {{"b", state, "accepted"},
                                  {PatchId{99}, state, "accepted"},
                                  {SeriesId{99}, state, "accepted"}})) ==
        Texts(3, "refused unknown-patch: new,,false,,0"));
  CHECK(shown(demo.changes.update({{"mia"}, "other", {{"a", state, "accepted"}}, {}})) ==
        Texts{"refused unknown-patch: new,,false,,0"});
  for (const auto& unknown : std::vector<Change>{{"a", state, "perfect"},
                                                 {"a", delegate, "eve"},
                                                 {"a", delegate, "bot"},
                                                 {"a", archived, "maybe"},
                                                 {"a", commit, "HEAD"}})
    CHECK(shown(demo.change("root", {unknown})) == Texts{"refused unknown-value: new,,false,,0"});
}

TEST_CASE("who is disabled, or has no account, may do nothing") {
  Tracked demo;
  demo.record(patch("a", {}));
  demo.sql("UPDATE account SET disabled = true WHERE login IN ('root', 'mia', 'ann')");
  for (const std::string login : {"root", "mia", "ann", "eve", "nobody", "ingest", ""}) {
    CAPTURE(login);
    CHECK(shown(demo.change(login, {{"a", state, "deferred"}})) ==
          Texts{"refused permission: new,,false,,0"});
  }
}

TEST_CASE("the moves between states are the project's") {
  Tracked demo;
  demo.record(patch("a", {}));
  demo.sql("UPDATE state SET moves_to = '{under-review}' WHERE name = 'new'");
  CHECK(shown(demo.change("mia", {{"a", state, "accepted"}})) ==
        Texts{"refused move: new,,false,,0"});
  CHECK(shown(demo.change("mia", {{"a", state, "under-review"}, {"a", state, "accepted"}})) ==
        Texts{"applied: accepted,,false,,2"});
}

TEST_CASE("a trial says what would be, and writes nothing") {
  Tracked demo;
  demo.record(patch("a", {}));
  CHECK(shown(demo.changes.try_update({{"mia"}, "demo", {{"a", state, "accepted"}}, {}})) ==
        Texts{"applied: accepted,,false,,1"});
  CHECK(demo.log().empty());
}

TEST_CASE("mail that comes later leaves what people set") {
  Tracked demo;
  demo.record(patch("p2", {1, 2, 3}, {}, 5));
  demo.change("mia", {{"p2", state, "accepted"}, {"p2", delegate, "mia"}});
  demo.record(patch("p1", {1, 1, 3}, {}, 4));
  demo.record(comment("r", {"p2"}));
  demo.record(patch("c", {1, 0, 3}, {}, 3));
  CHECK(demo.sql("SELECT state, revision FROM patch ORDER BY number DESC LIMIT 1") == "accepted|2");
}

TEST_CASE("every project has the default states") {
  Tracked demo;
  Archive{demo.owner()}.add_project("root", {.id = 0,
                                             .name = "new",
                                             .list_ids = {"n.example.org"},
                                             .recipients = {},
                                             .subject_match = {},
                                             .list_tag = {}});
  CHECK(
      demo.sql("SELECT string_agg(name, ' ' ORDER BY position) FROM state WHERE project_id = 2") ==
      "new under-review accepted rejected rfc not-applicable changes-requested awaiting-upstream "
      "superseded deferred");
}

TEST_CASE("who may not remove a state waits for nobody, and nobody for them") {
  const Tracked demo;
  pqxx::connection session{demo.owner()};
  pqxx::work alone{session};
  alone.exec_params("SELECT pg_advisory_xact_lock($1)", project_lock_key(demo.project.id));
  CHECK_THROWS_WITH(States{demo.tracker()}.remove("rob", "demo", "rfc"),
                    Catch::Matchers::Contains("rob may not run-project"));
}

TEST_CASE("of those who change one patch at once none is lost") {
  Tracked demo;
  demo.record(patch("a", {}));
  std::atomic<int> applied = 0;
  std::vector<std::thread> threads;
  for (const std::string mine : {"accepted", "rejected", "deferred", "rfc"})
    threads.emplace_back([&, mine] {
      for (int i = 0; i < 20; ++i)
        for (const auto& change :
             {Change{"a", state, mine, "new"}, Change{"a", state, "new", mine}})
          if (demo.change("mia", {change}).front().result == Result::applied) ++applied;
    });
  for (auto& thread : threads) thread.join();
  CHECK(applied % 2 == 0);  // who moved it has moved it back
  CHECK(demo.sql("SELECT state, revision FROM patch") == "new|" + std::to_string(applied));
  CHECK(demo.sql(
            "SELECT count(*) FROM (SELECT old_value, lag(new_value, 1, 'new') OVER (ORDER BY "
            "revision) AS before FROM event WHERE field = 'state') e WHERE old_value <> before") ==
        "0");
}

TEST_CASE("checks and notes are rows and events") {
  Tracked demo;
  const auto series = demo.record(patch("a", {}));
  const CheckResult check{"ci build", "success", "https://ci.example.org/1", "built"};
  CHECK(shown(demo.changes.add_check({"bot"}, "demo", "a", check)) ==
        "refused unknown-value: new,,false,,0");
  const CheckResult sound{"ci/build", "success", "https://ci.example.org/1", "built \"it\""};
  CHECK(demo.changes.add_check({"bot"}, "demo", "a", sound).result == Result::applied);
  CHECK(demo.changes.add_check({"bot"}, "demo", SeriesId{series}, sound).result == Result::applied);
  CHECK(demo.changes.add_check({"rob"}, "demo", "a", sound).reason == Reason::permission);
  CHECK(demo.changes.add_check({"bot"}, "demo", "b", sound).reason == Reason::unknown_patch);
  CHECK(demo.changes.add_note({"rob"}, "demo", "a", std::string(65'537, 'x')).detail ==
        "a note is no longer than 65536 octets");
  CHECK(demo.changes.add_check({"bot"}, "demo", "a", {"ci", "fail", "", std::string(4'097, 'x')})
            .detail == "a check's description and address are no longer than 4096 octets");
  CHECK(demo.changes.add_note({"rob"}, "demo", "a", "look at it").result == Result::applied);
  CHECK(demo.changes.add_note({"ann"}, "demo", "a", "look at it").reason == Reason::permission);
  CHECK(demo.sql("SELECT count(message_row), count(series_id) FROM check_result") == "1|1");
  CHECK(
      demo.sql("SELECT new_value::jsonb - 'request' FROM event WHERE actor <> 'ingest' ORDER BY id "
               "LIMIT 1") ==
      R"({"of": "patch", "url": "https://ci.example.org/1", "state": "success", "context": "ci/build", "description": "built \"it\""})");
  CHECK(
      demo.sql("SELECT new_value::jsonb - 'request' FROM event WHERE category = 'note-created'") ==
      R"({"text": "look at it"})");
}

TEST_CASE("the tracker's role can write what people set, and nothing else") {
  const Tracked demo;
  for (const std::string statement :
       {"UPDATE patch SET series_id = 1", "UPDATE patch SET number = 1",
        "UPDATE message SET subject = ''", "UPDATE event SET actor = 'x'", "DELETE FROM event",
        "DELETE FROM patch", "UPDATE series SET name = ''", "UPDATE account SET login = 'x'",
        "UPDATE token SET hash = ''", "INSERT INTO message DEFAULT VALUES", "CREATE TABLE mine ()",
        "INSERT INTO event (project_id, category, transaction) VALUES (1, 'series-created', '1')",
        "UPDATE project SET name = 'x'", "DELETE FROM account", "INSERT INTO pin VALUES (1, 1)"})
    check_denied(demo.tracker(), statement);
}

TEST_CASE("the ingest role writes events in nobody's name, and changes nothing that people set") {
  const Tracked demo;
  for (const std::string statement :
       {"INSERT INTO event (project_id, category, actor) VALUES (1, 'series-created', 'mia')",
        "UPDATE patch SET state = 'accepted'", "UPDATE patch SET revision = 1",
        "UPDATE patch SET commit_ref = ''", "UPDATE patch SET delegate_id = 1",
        "SELECT write_changes('mia', '[]')", "INSERT INTO check_result DEFAULT VALUES",
        "INSERT INTO role VALUES (1, 1, 'maintainer')", "UPDATE account SET admin = true"})
    check_denied(demo.ingest(), statement);
}
