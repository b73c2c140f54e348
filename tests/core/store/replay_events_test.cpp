// What people changed in one database, made again in another that has the same mails.
#include "core/store/replay_events.hpp"

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
  CHECK(replay_events(other.database.owner(), events) == ReplayedEvents{23, 0, {}});
  CHECK(other.database.dump() == one.database.dump());
  CHECK(other.log() == one.log());

  SECTION("again, it changes nothing") {
    CHECK(replay_events(other.database.owner(), events) == ReplayedEvents{0, 23, {}});
    CHECK(other.log() == one.log());
  }
  SECTION("with what came since, it adds that") {
    one.tracker.update({{"mia"}, "demo", {{"p1", PatchField::archived, "false"}}, {}});
    CHECK(replay_events(other.database.owner(), one.events()) == ReplayedEvents{1, 23, {}});
    CHECK(other.log() == one.log());
  }
}

TEST_CASE("a replay adds accounts that may do nothing") {
  ReplaySide one, other;
  one.record(few_mails);
  one.hire();
  change_all(one);
  other.record(few_mails);
  replay_events(other.database.owner(), one.events());
  CHECK(other.database.ask("SELECT login, admin, disabled FROM account ORDER BY login") ==
        "mia|f|t\nrob|f|t\n");
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
  CHECK(replay_events(other.database.owner(), one.events()) == ReplayedEvents{1, 0, {}});
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
  const auto replayed = replay_events(other.database.owner(), one.events());
  CHECK(replayed.made == 0);
  CHECK(replayed.unfit ==
        std::vector<std::string>{
            "demo p1: state new to accepted, revision 1: it was changed otherwise",
            "demo p2: archived false to true, revision 1: no such patch"});
  CHECK(other.database.ask("SELECT state, revision FROM patch") == "rejected|1\n");
}
