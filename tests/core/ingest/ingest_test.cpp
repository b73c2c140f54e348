#include "core/ingest/ingest.hpp"

#include <filesystem>
#include <fstream>

#include "core/ingest/forgetting.hpp"
#include "core/ingest/project_cache.hpp"
#include "core/ingest/replay.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"
#include "tests/support/scripted_store.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

const mime::Library gmime;

RawMessage message(const std::string& fields) {
  RawMessage message;
  message.queue_id = "4F3A1";
  message.bytes = "From: Ann <ann@example.org>\r\nMessage-ID: <a@example.org>\r\n" + fields +
                  "\r\n\r\nWhy.\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 "
                  "@@\r\n-x\r\n+y\r\n";
  return message;
}

RawMessage crosspost() {
  return message("Subject: [PATCH] x\r\nList-Id: <net.example.org>\r\nList-Id: <mm.example.org>");
}

SpoolOptions spool_options(const ScratchFolder& folder) {
  SpoolOptions options;
  options.folder = folder.path();
  return options;
}

struct Running {
  explicit Running(const std::string& on_failure = "spool")
      : ingest{store, watch, spool, backlog, {std::chrono::seconds{5}, on_failure}} {}
  ScriptedStore store;
  ScratchFolder folder;
  Spool spool{spool_options(folder)};
  ProjectWatch watch{store, ""};
  Backlog backlog{store, spool, {.write_ahead_bytes = 0}};  // all is recorded before it is answered
  Ingest ingest;
};

}  // namespace

TEST_CASE("a patch is recorded in each project that it is for") {
  Running running;
  CHECK(running.ingest.wants({.list_fields = {"<mm.example.org>"}, .forward_paths = {}}));
  CHECK(running.ingest.record(crosspost()) == Status::stored);
  CHECK(running.store.recorded ==
        std::vector<std::string>{"net a@example.org", "mm a@example.org"});
  CHECK(running.spool.status().waiting == 0);
}

TEST_CASE("the answer is that of the project that fared worst; what failed is on disk") {
  const RecordOutcome stored{.status = Status::stored, .detail = {}},
      again{.status = Status::already_stored, .detail = {}}, away = failure(Failure::away),
                                                             passing = failure(Failure::passing),
                                                             refused = failure(Failure::refused);
  struct Row {
    std::string on_failure;
    RecordOutcome net, mm;
    Status want;
    int waiting, failed;
  };
  const auto row =
      GENERATE_COPY(values<Row>({{"spool", again, stored, Status::stored, 0, 0},
                                 {"spool", again, again, Status::already_stored, 0, 0},
                                 {"spool", stored, away, Status::spooled, 1, 0},
                                 {"spool", passing, away, Status::spooled, 1, 0},
                                 {"spool", stored, refused, Status::set_aside, 0, 1},
                                 {"spool", away, refused, Status::set_aside, 1, 1},
                                 {"tempfail", stored, away, Status::try_later, 0, 0},
                                 {"tempfail", stored, refused, Status::set_aside, 0, 1},
                                 {"tempfail", away, refused, Status::try_later, 0, 0}}));
  Running running{row.on_failure};
  running.store.answers = {{"net", row.net}, {"mm", row.mm}};
  CHECK(running.ingest.record(crosspost()) == row.want);
  CHECK(running.spool.status().waiting == row.waiting);
  CHECK(running.spool.status().failed == row.failed);
}

TEST_CASE(
    "what the spool keeps is the message, for the projects that lack it, without recipients") {
  Running running;
  running.store.answers["mm"] = failure(Failure::away);
  auto mail = crosspost();
  mail.envelope = {"bounces@example.org", {"secret@example.org"}};
  REQUIRE(running.ingest.record(mail) == Status::spooled);
  const auto kept = std::get<Spooled>(running.spool.claim(running.spool.waiting().at(0))->read());
  CHECK(kept.projects == std::vector<std::string>{"mm"});
  CHECK(kept.message.bytes == mail.bytes);
  CHECK(kept.message.queue_id == "4F3A1");
  CHECK(kept.message.envelope == Envelope{"bounces@example.org", {}});
}

TEST_CASE("a bug that one mail meets sets that mail aside") {
  Running running;
  running.store.has_bug = true;
  CHECK(running.ingest.record(crosspost()) == Status::set_aside);
  CHECK(running.spool.status().failed == 1);
}

TEST_CASE("where the spool cannot keep it, the client must") {
  Running running;
  running.store.answers["net"] = failure(Failure::away);
  std::filesystem::remove_all(running.folder.path());
  CHECK(running.ingest.record(crosspost()) == Status::try_later);
}

TEST_CASE("what is nothing to a tracker is ignored, and never reaches the store") {
  Running running;
  auto talk = message("Subject: hello\r\nList-Id: <net.example.org>");
  talk.bytes.resize(talk.bytes.find("Why."));
  CHECK(running.ingest.record(talk) == Status::ignored);
  CHECK(running.ingest.record(message("Subject: [PATCH] x\r\nList-Id: <other.example.org>")) ==
        Status::ignored);
  CHECK(running.store.recorded.empty());
}

TEST_CASE(
    "a change of the project table is seen without a restart, and outlasts a database that is "
    "away") {
  ScriptedStore store;
  const ProjectWatch watch{store, "", std::chrono::milliseconds{1}};
  const auto wants = [&](const ListMarks& marks) { return watch.routes()->wants(marks); };
  const ListMarks fs{.list_fields = {"<fs.example.org>"}, .forward_paths = {}};
  CHECK_FALSE(wants(fs));
  {
    const std::lock_guard lock{store.guard};
    store.table.push_back({3, "fs", {"fs.example.org"}, {}, "", ""});
  }
  store.wait_for_reads(2);  // the second read begins after the first has been published
  CHECK(wants(fs));
  {
    const std::lock_guard lock{store.guard};
    store.away = true;
  }
  store.wait_for_reads(2);
  CHECK(wants(fs));
}

TEST_CASE(
    "with the database away at the start, the saved project table counts; without one, nothing") {
  const ScratchFolder folder;
  const auto cache = folder.path() + "/projects";
  const ListMarks net{.list_fields = {"<net.example.org>"}, .forward_paths = {}};
  ScriptedStore store;
  store.away = true;
  CHECK_THROWS_WITH((ProjectWatch{store, cache}), Contains("the first start needs the database"));
  store.away = false;
  store.table[0].subject_match = "\"quoted\" \\ and é";
  store.table[0].hint_rights = {{Hint::state, "@example.org"}};
  { const ProjectWatch watch{store, cache}; }
  CHECK(saved_projects(cache) == store.table);
  store.away = true;
  const ProjectWatch watch{store, cache};
  CHECK(watch.routes()->projects() == store.table);
}

TEST_CASE("a saved project table that is not ours is none") {
  const ScratchFolder folder;
  const auto text = GENERATE("", "{}", "[{}]", "[{\"id\": \"x\"}]", "[1", "\xff");
  std::ofstream{folder.path() + "/projects"} << text;
  CHECK_FALSE(saved_projects(folder.path() + "/projects"));
}

TEST_CASE("what waits in the spool is recorded once the database takes it, and its file is gone") {
  Running running;
  running.store.answers["net"] = failure(Failure::away);
  REQUIRE(running.ingest.record(crosspost()) == Status::spooled);
  const Replay replay{running.spool, running.store, running.watch, std::chrono::seconds{5}};
  running.store.wait_for_records(4);  // both at first, then net again and again
  {
    const std::lock_guard lock{running.store.guard};
    running.store.answers["net"] = {.status = Status::stored, .detail = {}};
  }
  while (running.spool.status().waiting > 0) std::this_thread::yield();
  CHECK(running.store.recorded.back() == "net a@example.org");
}

TEST_CASE("what waits is recorded oldest first, also after many tries in vain") {
  Running running;
  running.store.answers["net"] = failure(Failure::away);
  for (const auto* id : {"1@example.org", "2@example.org", "3@example.org"}) {
    auto mail = message("Subject: [PATCH] x\r\nList-Id: <net.example.org>");
    mail.bytes.replace(mail.bytes.find("a@example.org"), 13, id);
    REQUIRE(running.ingest.record(mail) == Status::spooled);
  }
  const Replay replay{running.spool, running.store, running.watch, std::chrono::seconds{5}, 1};
  running.store.wait_for_records(6);
  {
    const std::lock_guard lock{running.store.guard};
    running.store.recorded.clear();
    running.store.answers["net"] = {.status = Status::stored, .detail = {}};
  }
  running.store.wait_for_records(3);
  const std::lock_guard lock{running.store.guard};
  CHECK(running.store.recorded ==
        std::vector<std::string>{"net 1@example.org", "net 2@example.org", "net 3@example.org"});
}

TEST_CASE("what the database refuses when it is replayed is set aside, and holds up nothing") {
  Running running;
  running.store.answers["net"] = failure(Failure::passing);
  REQUIRE(running.ingest.record(crosspost()) == Status::spooled);
  running.store.answers["net"] = failure(Failure::refused);
  const Replay replay{running.spool, running.store, running.watch, std::chrono::seconds{5}};
  while (running.spool.status().failed == 0) std::this_thread::yield();
  CHECK(running.spool.status().waiting == 0);
}

TEST_CASE("a message of a project that is gone is set aside when it is replayed") {
  Running running;
  running.store.answers["net"] = failure(Failure::away);
  REQUIRE(running.ingest.record(crosspost()) == Status::spooled);
  running.store.table.erase(running.store.table.begin());
  const ProjectWatch later{running.store, ""};
  const Replay replay{running.spool, running.store, later, std::chrono::seconds{5}};
  while (running.spool.status().failed == 0) std::this_thread::yield();
  CHECK(running.spool.status().waiting == 0);
}

TEST_CASE("comments are forgotten now and then, until none is left, also after a failure") {
  ScriptedStore store;
  store.parked_comments = 7;
  {
    const Forgetting forgetting{store, std::chrono::hours{48}, std::chrono::milliseconds{1}};
    store.wait_for_reads(3);
    {
      const std::lock_guard lock{store.guard};
      CHECK(store.parked_comments == 0);
      CHECK(store.forgotten_after == std::chrono::hours{48});
      store.away = true;
    }
    store.wait_for_reads(2);
    const std::lock_guard lock{store.guard};
    store.away = false;
    store.parked_comments = 1;
  }
}

TEST_CASE("comments are kept for ever where that is asked for") {
  ScriptedStore store;
  store.parked_comments = 7;
  {
    const Forgetting forgetting{store, std::chrono::hours{0}, std::chrono::milliseconds{1}};
    store.wait_for_reads(2);
  }
  CHECK(store.parked_comments == 7);
}

TEST_CASE("how long comments are kept can change at any time") {
  ScriptedStore store;
  store.parked_comments = 7;
  Forgetting forgetting{store, std::chrono::hours{0}, std::chrono::milliseconds{1}};
  forgetting.reconfigure(std::chrono::hours{48});
  std::unique_lock lock{store.guard};
  store.asked.wait(lock, [&] { return store.parked_comments == 0; });
  CHECK(store.forgotten_after == std::chrono::hours{48});
}

TEST_CASE("projects are read again at once where that is asked for") {
  ScriptedStore store;
  ProjectWatch watch{store, "", std::chrono::hours{1}};
  watch.look_soon();
  std::unique_lock lock{store.guard};
  store.asked.wait(lock, [&] { return store.reads >= 2; });
}

TEST_CASE("what waits for the database may be spooled, or left to the client, from one moment on") {
  Running running;
  running.store.answers["net"] = failure(Failure::passing);
  CHECK(running.ingest.record(crosspost()) == Status::spooled);
  running.ingest.reconfigure({std::chrono::seconds{7}, "tempfail"});
  CHECK(running.ingest.record(crosspost()) == Status::try_later);
  CHECK(running.ingest.deadline() == std::chrono::seconds{7});
}

TEST_CASE("a list's address is made from its list id") {
  const auto list = profile({1, "net", {"net.example.org"}, {"net-out@example.org"}, "", "NET"});
  CHECK(list.list_addresses == std::vector<std::string>{"net-out@example.org", "net@example.org"});
  CHECK(list.list_tag == "NET");
}
