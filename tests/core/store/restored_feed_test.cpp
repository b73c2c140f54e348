// Readers of the feed, and what Quilter does by itself, after a restore and after a standby took
// over.
#include "core/store/automation.hpp"
#include "core/store/delegations.hpp"
#include "core/store/schema.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

void record_into(const std::string& ingest, const MessageId& id) {
  PostgresStore store{options_for(ingest), {}};
  auto submission = patch(id, {});
  submission.files = {{"a.c", "", ""}};
  RawMessage message;
  REQUIRE(store.record(store.projects().front(), submission, message, {}).status == Status::stored);
}

EventPage page_of(const std::string& tracker, const Cursor& after) {
  return Tracker{options_for(tracker)}.events({}, after, 1000);
}

std::string messages_of(const EventPage& page) {
  std::string ids;
  for (const auto& event : page.events)
    if (event.category == "patch-created") ids += event.message_id + " ";
  return ids;
}

// Of other servers than that of all tests, whose copy would be large. What they lose in a power cut
// is no matter.
class Server {
 public:
  explicit Server(const std::string& more = "") {
    output_of("tests/support/postgres start " + quoted(folder_.path()) + " --set fsync=off " +
              more);
  }
  ~Server() {
    static_cast<void>(std::system(
        ("tests/support/postgres stop " + quoted(folder_.path()) + " --immediate").c_str()));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& folder() const { return folder_.path(); }
  void promote() const { output_of("tests/support/postgres promote " + quoted(folder_.path())); }
  std::string connection(const std::string& role) const {
    return "host=" + folder_.path() + " user=" + role + " dbname=quilter";
  }
  std::string ask(const std::string& query) const {
    return output_of("psql -qXAt -v ON_ERROR_STOP=1 " + quoted(connection("postgres")) + " -c " +
                     quoted(query));
  }
  // As if this server had counted `most` transactions before.
  void count_to(int most) const {
    ask("DO $$ BEGIN WHILE pg_current_xact_id()::text::int < " + std::to_string(most) +
        " LOOP COMMIT; END LOOP; END $$");
  }

 private:
  ScratchFolder folder_;
};

}  // namespace

TEST_CASE("after a restore into a new server no reader skips what is new there") {
  const bool further = GENERATE(false, true);  // the new server has counted further than the old
  CAPTURE(further);
  const ReadyDatabase original;
  original.ask(
      "INSERT INTO account (login) VALUES ('mia'); "
      "INSERT INTO role SELECT 1, id, 'maintainer' FROM account");
  Delegations{original.owner()}.add("mia", "demo", "*", "mia", std::nullopt);
  const auto automate = [](const std::string& connection) {
    return Automation{options_for(connection), [](const auto&, const auto&) { return Hints{}; }}
        .all_rounds();
  };
  record_into(original.ingest(), "done");
  CHECK(automate(original.tracker()).delegated == 1);
  record_into(original.ingest(), "undone");
  const auto before = page_of(original.tracker(), {}).next;

  const Server server;
  if (further) server.count_to(static_cast<int>(before.transaction) + 500);
  output_of("pg_dump " + quoted(original.superuser()) + " | psql -qX -v ON_ERROR_STOP=1 " +
            quoted(server.connection("postgres")) + " >/dev/null");
  const auto tracker = server.connection("quilter_tracker");
  server.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO quilter_tracker");
  const auto early = Tracker{options_for(tracker)}.horizon();
  migrate(server.connection("quilter_owner"), [](std::string_view) {});
  CHECK_THROWS_WITH(page_of(tracker, before), Contains("of before this one was restored"));
  CHECK_THROWS_WITH(page_of(tracker, early), Contains("Begin anew"));  // before it was migrated
  CHECK(automate(tracker).delegated == 1);                             // goes on where it was

  record_into(server.connection("quilter_ingest"), "new");
  CHECK_THROWS_WITH(page_of(tracker, before), Contains("Begin anew"));
  const auto all = page_of(tracker, {});
  CHECK(messages_of(all) == "done undone new ");
  CHECK(automate(tracker).delegated == 1);
  record_into(server.connection("quilter_ingest"), "newer");
  CHECK(messages_of(page_of(tracker, all.next)) == "newer ");

  migrate(server.connection("quilter_owner"), [](std::string_view) {});  // mends nothing again
  CHECK(messages_of(page_of(tracker, all.next)) == "newer ");
}

TEST_CASE("a standby that took over refuses the cursors of before") {
  const Server primary;
  const auto tool =
      program("quilter") + " --database " + quoted(primary.connection("quilter_owner"));
  output_of(tool + " migrate && " + tool + " project add demo --list-id demo.lists.example.org");
  record_into(primary.connection("quilter_ingest"), "a");
  const auto old = primary.connection("quilter_tracker");
  const auto before = page_of(old, {}).next;
  const Server standby{"--standby-of " + quoted(primary.folder())};
  standby.promote();
  const auto tracker = standby.connection("quilter_tracker");
  CHECK_THROWS_WITH(page_of(tracker, before), Contains("a standby took over"));
  const auto all = page_of(tracker, {});
  CHECK(messages_of(all) == "a ");
  record_into(standby.connection("quilter_ingest"), "b");
  CHECK(messages_of(page_of(tracker, all.next)) == "b ");
  CHECK(page_of(old, before).events.empty());  // there it counts still
}

TEST_CASE("a copy of a database has a feed of its own") {
  const ReadyDatabase original;
  record_into(original.ingest(), "a");
  const auto before = page_of(original.tracker(), {}).next;
  const DatabaseCopy copy{original};
  CHECK_THROWS_WITH(page_of(copy.tracker(), before), Contains("of another database"));
  CHECK(messages_of(page_of(copy.tracker(), {})) == "a ");
}
