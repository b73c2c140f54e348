// What people changed in one database, made again in another that has the same mails.
#include "core/store/replay_events.hpp"

#include <future>

#include "core/store/archive.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/tracker.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

struct ReplaySide {
  DemoDatabase database;
  Tracker tracker{options_for(database.tracker())};

  void record(const std::vector<Submission>& mails) {
    for (const auto& mail : mails) database.record(mail, mail.content);
  }
  void hire() const {
    database.ask("INSERT INTO account (login, admin) VALUES ('mia', true), ('rob', false)");
    database.ask("INSERT INTO role SELECT 1, id, 'reviewer' FROM account WHERE login = 'rob'");
  }
  std::vector<Event> events() { return tracker.events({}, {}, 1000).events; }
  // What people did: all but ids, time to the second.
  std::string log() const {
    return database.ask(
        "SELECT m.message_id, actor, category, field, old_value, new_value, revision, "
        "extract(epoch FROM created_at)::bigint FROM event JOIN message m ON m.id = message_row "
        "WHERE actor <> 'ingest' ORDER BY event.id");
  }
};

const std::vector<Submission> few_mails{patch("c", {1, 0, 2}), patch("p1", {1, 1, 2}, {"c"}, 1),
                                        patch("p2", {1, 2, 2}, {"c"}, 2), comment("r", {"p1"}, 3)};

// In every state, and every field in use.
void change_all(ReplaySide& side) {
  const auto ask = [&](const std::string& login, const std::vector<Change>& changes) {
    for (const auto& outcome : side.tracker.update({{login}, "demo", changes, {}}))
      REQUIRE(outcome.result == Result::applied);
  };
  for (const auto* one : {"under-review", "accepted", "rejected", "rfc", "not-applicable",
                          "changes-requested", "awaiting-upstream", "superseded", "deferred"})
    ask("mia", {{"p1", PatchField::state, one}});
  ask("mia", {{"p1", PatchField::delegate, "rob"},
              {"p1", PatchField::archived, "true"},
              {"p1", PatchField::commit, "0123abc"}});
  ask("rob", {{"p2", PatchField::delegate, "rob"}});
  ask("automation", {{"p2", PatchField::state, "accepted"}});
  const auto series = side.events().back().series;
  for (const auto* result : {"pending", "fail", "warning", "success"}) {
    side.tracker.add_check({"mia"}, "demo", "p1", {"ci/build", result, "https://x.org", "\"1\""});
    side.tracker.add_check({"mia"}, "demo", SeriesId{series}, {"ci/all", result, "", ""});
  }
  side.tracker.add_note({"rob"}, "demo", "p1", "look\nat \"it\"");
}

}  // namespace

TEST_CASE("all that people did is there again after an import of the mails and a replay") {
  ReplaySide one, other;
  one.record(few_mails);
  one.hire();
  change_all(one);
  other.record({few_mails.rbegin(), few_mails.rend()});
  const auto events = one.events();
  CHECK(replay_events(other.database.owner(), "boss", events) == ReplayedEvents{23, 0, {}});
  CHECK(other.database.dump() == one.database.dump());
  CHECK(other.log() == one.log());

  SECTION("again, it changes nothing") {
    CHECK(replay_events(other.database.owner(), "boss", events) == ReplayedEvents{0, 23, {}});
    CHECK(other.log() == one.log());
  }
  SECTION("with what came since, it adds that") {
    one.tracker.update({{"mia"}, "demo", {{"p1", PatchField::archived, "false"}}, {}});
    CHECK(replay_events(other.database.owner(), "boss", one.events()) == ReplayedEvents{1, 23, {}});
    CHECK(other.log() == one.log());
  }
}

TEST_CASE("a replay adds accounts that may do nothing") {
  ReplaySide one, other;
  one.record(few_mails);
  one.hire();
  change_all(one);
  other.record(few_mails);
  replay_events(other.database.owner(), "boss", one.events());
  CHECK(other.database.ask("SELECT login, admin, disabled FROM account ORDER BY login") ==
        "mia|f|t\nrob|f|t\n");
  CHECK(other.database.ask("SELECT actor, login, new_value FROM event WHERE category = "
                           "'account-created' ORDER BY login") ==
        "boss|mia|{\"admin\": false, \"disabled\": true}\n"
        "boss|rob|{\"admin\": false, \"disabled\": true}\n");
}

TEST_CASE(
    "what was taken over from a Patchwork is replayed in the same name, which is no account") {
  ReplaySide one, other;
  one.record(few_mails);
  one.database.ask(
      "SELECT write_changes('import-patchwork', json_build_array(json_build_object('patch', "
      "message_row, 'field', 'state', 'old_value', 'new', 'new_value', 'accepted'))::jsonb) FROM "
      "patch WHERE number = 1");
  other.record(few_mails);
  CHECK(replay_events(other.database.owner(), "boss", one.events()) == ReplayedEvents{1, 0, {}});
  CHECK(other.log() == one.log());
  CHECK(other.database.ask("SELECT count(*) FROM account") == "0\n");
}

TEST_CASE("what does not fit is told, and left out") {
  ReplaySide one, other;
  one.record(few_mails);
  one.hire();
  other.record({few_mails.begin(), few_mails.begin() + 2});
  other.hire();
  const Change accepted{"p1", PatchField::state, "accepted"},
      rejected{"p1", PatchField::state, "rejected"};
  one.tracker.update({{"mia"}, "demo", {accepted, {"p2", PatchField::archived, "true"}}, {}});
  other.tracker.update({{"mia"}, "demo", {rejected}, {}});
  const auto replayed = replay_events(other.database.owner(), "boss", one.events());
  CHECK(replayed.made == 0);
  CHECK(replayed.unfit ==
        std::vector<std::string>{
            "demo p1: state new to accepted, revision 1: it was changed otherwise",
            "demo p2: archived false to true, revision 1: no such patch"});
  CHECK(other.database.ask("SELECT state, revision FROM patch") == "rejected|1\n");
}

namespace {

const std::string request = "00000000-0000-4000-8000-00000000000A", nul(1, '\0');

Event told_of_p1(const std::string& category, const std::string& to, const std::string& actor) {
  Event event;
  event.category = category;
  event.project = "demo";
  event.actor = actor;
  event.message_id = "p1";
  event.to = to;
  return event;
}

Event change(const std::string& field, const std::string& from, const std::string& to,
             const std::string& actor = "mia") {
  auto event = told_of_p1("patch", to, actor);
  event.field = field;
  event.from = from;
  event.revision = 1;
  return event;
}

Event note(const std::string& text, const std::string& by_request,
           const std::string& actor = "mia") {
  return told_of_p1("note-created",
                    R"({"text": ")" + text + R"(", "request": ")" + by_request + R"("})", actor);
}

Event check(const std::string& of, const std::string& state, const std::string& url = "") {
  return told_of_p1("check-created",
                    R"({"of": ")" + of + R"(", "context": "ci", "state": ")" + state +
                        R"(", "url": ")" + url + R"(", "description": "", "request": ")" + request +
                        R"("})",
                    "mia");
}

struct Judged {
  Event event;
  std::string fault;
};

const std::vector<Judged> judged_changes{
    {change("state", "new", "accepted"), ""},
    {change("state", "new", "accepted", "automation"), ""},
    {change("state", "new", "accepted", "import-patchwork"), ""},
    {change("state", "new", ""), "no state: "},
    {change("state", "new", "new"), "it changes nothing"},
    {change("state", "new", "a" + nul), "it holds what is no text"},
    {change("state", "new", "\xff"), "it holds what is no text"},
    {change("state", "new", "accepted", "ingest"), "by nobody who changes patches: ingest"},
    {change("state", "new", "accepted", ""), "by nobody who changes patches: "},
    {change("name", "a", "b"), "a patch has no such field"},
    {change("delegate", "rob", ""), ""},
    {change("delegate", "", "a b"), "no delegate: a b"},
    {change("archived", "false", "yes"), "no archived: yes"},
    {change("commit", "", "0123ABCD"), "no commit: 0123ABCD"},
};

const std::vector<Judged> judged_remarks{
    {note("x", request), ""},
    {note("", request), "an empty note"},
    {note("\\u0000", request), "text is no text"},
    {note("x", "7"), "no number of a request: 7"},
    {note("x", request, "automation"), "by nobody who has an account: automation"},
    {note("x", request, "import-patchwork"), "by nobody who has an account: import-patchwork"},
    {told_of_p1("note-created", "null", "mia"), "it says no check or note"},
    {told_of_p1("note-created", "", "mia"), "it says no check or note"},
    {told_of_p1("note-created", R"({"text": 1, "request": ""})", "mia"),
     "it says no check or note"},
    {told_of_p1("check-created", R"({"text": "x"})", "mia"), "it says no check or note"},
    {told_of_p1("note-created", std::string(300'000, '[') + std::string(300'000, ']'), "mia"),
     "it says no check or note"},
    {check("patch", "success"), ""},
    {check("cover", "success"), "a check of neither patch nor series: cover"},
    {check("patch", "good"), "no state of a check: good; it is pending, success, warning or fail"},
    {check("patch", "fail", "ftp://x"),
     "no web address: ftp://x; it begins with http:// or https://, and has no blanks"},
};

}  // namespace

TEST_CASE("an event that nobody can have made is unfit, and says why") {
  ReplaySide side;
  side.record(few_mails);
  std::vector<Event> unfit;
  for (const auto* judged : {&judged_changes, &judged_remarks})
    for (const auto& [event, fault] : *judged) {
      CAPTURE(event.category, event.field, event.to.substr(0, 80), event.actor);
      CHECK(fault_of(event) == fault);
      if (!fault.empty()) unfit.push_back(event);
    }
  const auto replayed = replay_events(side.database.owner(), "boss", unfit);
  CHECK(replayed.made + replayed.there == 0);
  CHECK(replayed.unfit.size() == unfit.size());
  CHECK(side.database.ask("SELECT count(*) FROM account") == "0\n");
}

TEST_CASE("a state that the project does not have is told, and all else is replayed") {
  ReplaySide one, other;
  one.record(few_mails);
  one.hire();
  other.record(few_mails);
  one.tracker.update({{"mia"},
                      "demo",
                      {{"p1", PatchField::state, "accepted"}, {"p2", PatchField::archived, "true"}},
                      {}});
  other.database.ask("DELETE FROM state WHERE name = 'accepted'");
  CHECK(
      replay_events(other.database.owner(), "boss", one.events()) ==
      ReplayedEvents{1,
                     0,
                     {"demo p1: state new to accepted, revision 1: the project has no such state: "
                      "quilter state add"}});
}

TEST_CASE("nobody but the schema's owner replays") {
  ReplaySide one;
  one.record(few_mails);
  one.hire();
  one.tracker.add_note({"rob"}, "demo", "p1", "mine");
  const auto events = one.events();
  one.database.ask("DELETE FROM note");
  for (const auto& connection : {one.database.tracker(), one.database.ingest()})
    CHECK_THROWS_AS(replay_events(connection, "boss", events), Refused);
  CHECK(one.database.ask("SELECT count(*) FROM note") == "0\n");
  CHECK(replay_events(one.database.owner(), "boss", events).made == 1);
}

TEST_CASE("a replay is alone in its projects") {
  ReplaySide side;
  side.record(few_mails);
  side.hire();
  side.tracker.add_note({"rob"}, "demo", "p1", "mine");
  const auto events = side.events();
  pqxx::connection session{side.database.owner()};
  pqxx::work recording{session};
  recording.exec(share_project(side.database.project.id));
  auto replayed = std::async(std::launch::async,
                             [&] { return replay_events(side.database.owner(), "boss", events); });
  while (replayed.wait_for(std::chrono::milliseconds{5}) != std::future_status::ready &&
         side.database.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = "
                           "'ExclusiveLock' AND NOT granted AND database = (SELECT oid FROM "
                           "pg_database WHERE datname = current_database())") != "1\n") {
  }
  CHECK(replayed.wait_for(std::chrono::seconds{0}) != std::future_status::ready);
  recording.commit();
  CHECK(replayed.get() == ReplayedEvents{0, 1, {}});
}
