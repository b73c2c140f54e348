// A database that is not there, and one that is there and does not answer.

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

bool somebody_waits(const ReadyDatabase& database) {
  return database.ask(
             "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
             "AND wait_event_type = 'Lock'") != "0\n";
}

const Project demo{1, "demo", {"demo.lists.example.org"}, {}, "", ""};

}  // namespace

TEST_CASE("a database that is not there is away, and mail is told so at once") {
  std::atomic<int> away = 0;
  auto store =
      std::make_unique<PostgresStore>(options_for("host=/nonexistent dbname=x"), StitchOptions{},
                                      DatabaseEvents{[&](auto) { ++away; }, [] {}});
  for (int i = 0; i < 100; ++i) {
    const auto outcome = store->record(demo, patch("a", {}), {}, Patience::of(1h));
    CHECK(outcome.status == Status::try_later);
    CHECK(outcome.failure == Failure::away);
    CHECK_THAT(outcome.detail, Contains("database away"));
  }
  CHECK_THROWS_AS(store->projects(), StoreError);
  store.reset();
  CHECK(away == 1);
}

TEST_CASE("a database that comes later is found without being asked") {
  const auto allow = [](const std::string& name, const std::string& what) {
    pqxx::connection session{"host=" + ScratchDatabase::host() + " user=postgres dbname=postgres"};
    pqxx::nontransaction{session}.exec("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + what);
  };
  const ReadyDatabase ready;
  allow(ready.name(), "false");
  std::mutex guard;
  std::condition_variable came;
  bool is_back = false;
  PostgresStore store{options_for(ready.ingest()),
                      {},
                      {[](auto) {},
                       [&] {
                         const std::lock_guard lock{guard};
                         is_back = true;
                         came.notify_one();
                       }}};
  CHECK(store.record(demo, patch("a", {}), {}, {}).failure == Failure::away);
  allow(ready.name(), "true");
  std::unique_lock lock{guard};
  came.wait(lock, [&] { return is_back; });
  CHECK(store.record(store.projects().front(), patch("a", {}), {}, {}).status == Status::stored);
}

TEST_CASE("a statement that hangs past the patience is given up") {
  const ReadyDatabase database;
  PostgresStore store{options_for(database.ingest()), {}};
  const auto project = store.projects().front();
  pqxx::connection session{database.superuser()};
  {
    pqxx::work blocking{session};
    blocking.exec("LOCK TABLE message");
    const auto outcome = store.record(project, patch("a", {}), {}, Patience::of(50ms));
    CHECK(outcome.status == Status::try_later);
    CHECK(outcome.failure != Failure::refused);
  }
  CHECK(store.record(project, patch("a", {}), {}, {}).status != Status::already_stored);
}

TEST_CASE("how long a message may wait for a lock can change at any time") {
  const ReadyDatabase database;
  auto now = options_for(database.ingest());
  now.lock_timeout = 1ms;
  PostgresStore store{now, {}};
  pqxx::connection session{database.superuser()};
  pqxx::work blocking{session};
  blocking.exec("LOCK TABLE message");
  CHECK_THAT(store.record(demo, patch("a", {}), {}, {}).detail, Contains("55P03"));
  now.lock_timeout = now.statement_timeout = 1min;
  store.reconfigure(now);
  auto outcome =
      std::async(std::launch::async, [&] { return store.record(demo, patch("a", {}), {}, {}); });
  while (!somebody_waits(database)) std::this_thread::yield();
  blocking.commit();
  CHECK(outcome.get().status == Status::stored);
}

TEST_CASE("what the database refuses for good is told apart from what will pass") {
  struct Row {
    std::string obstacle;
    Failure failure;
  };
  const auto row = GENERATE(values<Row>(
      {{"ALTER TABLE message ADD CHECK (message_id <> 'a')", Failure::refused},
       {"REVOKE INSERT ON message FROM quilter_ingest", Failure::passing},
       {"ALTER ROLE quilter_ingest IN DATABASE :name SET default_transaction_read_only = on",
        Failure::away}}));
  const ReadyDatabase database;
  auto obstacle = row.obstacle;
  if (const auto at = obstacle.find(":name"); at != std::string::npos)
    obstacle.replace(at, 5, database.name());
  pqxx::connection session{database.superuser()};
  pqxx::nontransaction{session}.exec(obstacle);
  PostgresStore store{options_for(database.ingest()), {}};
  const auto outcome = store.record(demo, patch("a", {}), {}, {});
  CHECK(outcome.status == Status::try_later);
  CHECK(outcome.failure == row.failure);
}

TEST_CASE("a project that was made anew has another id: that passes") {
  const ReadyDatabase database;
  PostgresStore store{options_for(database.ingest()), {}};
  auto gone = demo;
  gone.id = 999;
  const auto outcome = store.record(gone, patch("a", {}), {}, {});
  CHECK(outcome.status == Status::try_later);
  CHECK(outcome.failure == Failure::passing);
}

TEST_CASE("a database that loses its schema is away, and is so told once") {
  const ReadyDatabase database;
  std::atomic<int> away = 0;
  auto store = std::make_unique<PostgresStore>(options_for(database.ingest()), StitchOptions{},
                                               DatabaseEvents{[&](auto) { ++away; }, [] {}});
  REQUIRE(store->record(demo, patch("a", {}), {}, {}).status == Status::stored);
  pqxx::connection session{database.superuser()};
  pqxx::nontransaction{session}.exec("ALTER SCHEMA public RENAME TO elsewhere");
  CHECK(store->record(demo, patch("b", {}), {}, {}).status == Status::try_later);
  for (int i = 0; i < 20; ++i)
    CHECK(store->record(demo, patch("b", {}), {}, {}).failure == Failure::away);
  store.reset();
  CHECK(away == 1);
}

TEST_CASE("background work always gets a connection in the end, and leaves live work its own") {
  const ReadyDatabase database;
  auto two = options_for(database.ingest());
  two.connections = 2;
  PostgresStore store{two, {}};
  std::atomic<bool> stop = false;
  std::vector<std::thread> live;
  for (int i = 0; i < 6; ++i)
    live.emplace_back([&, i] {
      for (int n = 0; !stop; ++n)
        store.record(demo, comment(std::to_string(i) + "." + std::to_string(n), {"x"}), {},
                     Patience::of(1min));
    });
  for (int n = 0; n < 20; ++n) {
    const auto mail = comment("b" + std::to_string(n), {"y"});
    CHECK(store.record(demo, mail, {}, Patience::of(1min, Urgency::background)).status ==
          Status::stored);
  }
  stop = true;
  for (auto& thread : live) thread.join();
}

TEST_CASE("work whose time is over before it begins says nothing of the database") {
  const ReadyDatabase database;
  std::atomic<int> away = 0;
  PostgresStore store{options_for(database.ingest()), {}, {[&](auto) { ++away; }, [] {}}};
  CHECK(store.record(demo, patch("a", {}), {}, Patience::of(-1s)).status == Status::try_later);
  CHECK(store.record(demo, patch("a", {}), {}, {}).status == Status::stored);
  CHECK(away == 0);
}

TEST_CASE("a server whose commits hang is away until they do not, and nobody is kept at the end") {
  const ReadyDatabase database;
  auto hasty = options_for(database.ingest());
  hasty.deadline = 300ms;
  pqxx::connection session{database.superuser()};
  pqxx::nontransaction{session}.exec("SET synchronous_commit = local");  // ours do not wait
  const auto wait_for_standby = [&](const std::string& what) {
    pqxx::nontransaction{session}.exec("ALTER DATABASE " + database.name() +
                                       " SET synchronous_commit = " + what);
    pqxx::nontransaction{session}.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = 'quilter_ingest' AND datname = '" +
        database.name() + "'");
  };
  wait_for_standby("local");
  pqxx::nontransaction{session}.exec("ALTER SYSTEM SET synchronous_standby_names = 'gone'");
  pqxx::nontransaction{session}.exec("SELECT pg_reload_conf()");
  struct Restore {
    pqxx::connection& session;
    ~Restore() {
      pqxx::nontransaction{session}.exec("ALTER SYSTEM RESET synchronous_standby_names");
      pqxx::nontransaction{session}.exec("SELECT pg_reload_conf()");
    }
  } const restore{session};
  std::atomic<int> away = 0;
  {
    PostgresStore store{hasty, {}, {[&](auto) { ++away; }, [] {}}};
    REQUIRE(store.record(demo, patch("a", {}), {}, Patience::of(10s)).status == Status::stored);
    wait_for_standby("on");
    for (int i = 0; i < 50; ++i)
      CHECK(store.record(demo, patch("b", {}), {}, Patience::of(300ms)).status ==
            Status::try_later);
  }
  CHECK(away == 1);  // told by another thread, which has ended now
}
