// The feed: gap-free, in the order of commits, whatever commits late.
#include "core/store/feed.hpp"

#include <pqxx/pqxx>

#include "core/store/archive.hpp"
#include "core/store/schema.hpp"
#include "core/store/tracker.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

struct Fed : DemoDatabase {
  Tracker changes{options_for(tracker())};
  Cursor at;

  // "patch-created series-created" since the last call.
  std::string news(const EventFilter& filter = {}, std::int64_t most = 100) {
    const auto page = changes.events(filter, at, most);
    at = page.next;
    std::string text;
    for (const auto& event : page.events) text += (text.empty() ? "" : " ") + event.category;
    return text;
  }
};

void tell(pqxx::transaction_base& transaction, const std::string& category) {
  transaction.exec_params("INSERT INTO event (project_id, category) VALUES (1, $1)", category);
}

class Writer {
 public:
  explicit Writer(const std::string& connection) : session_{connection}, transaction_{session_} {}
  void tell(const std::string& category) { ::tell(transaction_, category); }
  void commit() { transaction_.commit(); }

 private:
  pqxx::connection session_;
  pqxx::work transaction_;
};

}  // namespace

TEST_CASE("what commits late comes late, and nothing overtakes it") {
  Fed demo;
  Writer slow{demo.superuser()}, quick{demo.superuser()};
  slow.tell("series-created");
  quick.tell("patch-created");
  quick.commit();
  CHECK(demo.news() == "");  // its id is larger than one that may still come
  slow.tell("cover-created");
  slow.commit();
  CHECK(demo.news() == "series-created cover-created patch-created");
  CHECK(demo.news() == "");
}

TEST_CASE("what was rolled back leaves no gap to wait for") {
  Fed demo;
  { Writer{demo.superuser()}.tell("series-created"); }
  Writer next{demo.superuser()};
  next.tell("patch-created");
  next.commit();
  CHECK(demo.news() == "patch-created");
}

TEST_CASE("pages go on where the last one ended, and a filter that lets nothing through too") {
  Fed demo;
  Writer writer{demo.superuser()};
  for (const auto* category : {"series-created", "patch-created", "cover-created"})
    writer.tell(category);
  writer.commit();
  CHECK(demo.news({}, 2) == "series-created patch-created");
  CHECK(demo.news({}, 2) == "cover-created");
  CHECK(demo.news({}, 2) == "");
  demo.at = {};
  CHECK(demo.news({.project = "demo",
                   .categories = {"patch-created"},
                   .actor = "ingest",
                   .message_id = {}}) == "patch-created");
  CHECK(demo.news() == "");
  demo.at = {};
  CHECK(demo.news({.project = "other", .categories = {}, .actor = {}, .message_id = {}}) == "");
  CHECK(demo.news() == "");
}

TEST_CASE("a cursor is text, and one of another database is refused") {
  Fed demo;
  const Cursor some{"0123abcd", 12, 34};
  CHECK(to_string(some) == "0123abcd-12-34");
  CHECK(cursor(to_string(some)) == some);
  CHECK(cursor("") == Cursor{});
  CHECK(to_string(Cursor{}).empty());
  for (const auto* text :
       {"12-34", "0123abcd-12", "0123abcd-1-2-3", "0123abcd-1-", "0123abcd-1--2", "0123abcd-x-1",
        "0123abcd-1-2 ", "0123abcd-99999999999999999999-1", "0123ABCD-1-2", "0123abc-1-2", "-1-2"})
    CHECK_FALSE(cursor(text));
  demo.at = {"0123abcd", 1, 1};
  CHECK_THROWS_WITH(demo.news(), Contains("of another database") && Contains("Begin anew"));
  demo.at = demo.changes.horizon();
  CHECK(demo.news() == "");
  demo.at.transaction = std::uint64_t{1} << 60;  // the disk was put back to how it was
  CHECK_THROWS_WITH(demo.news(), Contains("of another database"));
}

TEST_CASE("a backup that was restored into a new server is told from the start") {
  Fed demo;
  Writer writer{demo.superuser()};
  writer.tell("series-created");
  writer.tell("patch-created");
  writer.commit();
  demo.ask("UPDATE event SET transaction = '1152921504606846976'");
  CHECK(demo.news() == "");
  migrate(demo.owner(), [](std::string_view) {});
  demo.at = {};
  CHECK(demo.news() == "series-created patch-created");
}

TEST_CASE("the feed is read by its index") {
  const Fed demo;
  demo.ask(
      "INSERT INTO event (project_id, category) SELECT 1, 'series-created' FROM "
      "generate_series(1, 20000); ANALYZE event");
  const auto plan = demo.ask(
      "EXPLAIN SELECT * FROM event WHERE (transaction, id) > ('1'::xid8, 5) AND transaction < "
      "pg_snapshot_xmin(pg_current_snapshot()) ORDER BY transaction, id LIMIT 10");
  CHECK_THAT(plan, Contains("Index Scan using event_feed") && !Contains("Sort"));
}

TEST_CASE("a change is told with all that it is") {
  Fed demo;
  const auto series = demo.record(patch("a", {}));
  CHECK(demo.news() == "series-created patch-created series-completed");
  demo.ask("INSERT INTO account (login, admin) VALUES ('root', true)");
  demo.changes.update({{"root"}, "demo", {{"a", PatchField::state, "accepted"}}, {}});
  const auto page = demo.changes.events({}, demo.at, 10);
  REQUIRE(page.events.size() == 1);
  const auto& event = page.events.front();
  CHECK(event.category == "patch-state-changed");
  CHECK(event.project == "demo");
  CHECK(event.actor == "root");
  CHECK(event.message_id == "a");
  CHECK(event.series == series);
  CHECK(event.field == "state");
  CHECK(event.from == "new");
  CHECK(event.to == "accepted");
  CHECK(event.revision == 1);
}

TEST_CASE("a series is told to be complete once") {
  Fed demo;
  const auto told = [&] {
    return demo.ask("SELECT count(*) FROM event WHERE category = 'series-completed'");
  };
  Archive archive{demo.owner()};
  const auto cover = demo.record(patch("c", {1, 0, 2}, {}, 600, "eve@example.org"));
  const auto series = demo.record(patch("p1", {1, 1, 2}, {}, 0));
  demo.record(patch("p2", {1, 2, 2}, {"p1"}, 1));
  REQUIRE(cover < series);
  REQUIRE(told() == "1\n");

  // A patch leaves it, and comes back.
  const auto other = archive.split_series("root", series, {2}, {});
  CHECK(archive.merge_series("root", series, other, {}) == series);
  CHECK(told() == "1\n");

  // It goes into one with an older id, which is complete by that.
  CHECK(archive.merge_series("root", cover, series, {}) == cover);
  CHECK(archive.series(cover)->complete);
  CHECK(told() == "1\n");
}
