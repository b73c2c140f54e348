// While a project is derived again its mail waits, and no other's; which of two messages with one
// id stays. What it writes: tests/cli.
#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "core/store/archive.hpp"
#include "core/store/postgres_store.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/reread.hpp"
#include "core/store/tracker.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

TEST_CASE("mail of a project that is being derived again is not recorded meanwhile") {
  const ReadyDatabase database;
  database.ask("INSERT INTO project (name, list_ids) VALUES ('other', '{other.example.org}')");
  StoreOptions options;
  options.connection = database.ingest();
  options.lock_timeout = std::chrono::milliseconds{50};
  PostgresStore store{options, {}};
  const auto projects = store.projects();
  REQUIRE(projects.size() == 2);
  const auto record = [&](const Project& project) {
    return store.record(project, patch("a", {}), {}, {});
  };

  pqxx::connection connection{database.owner()};
  pqxx::work alone{connection};
  alone.exec_params("SELECT pg_advisory_xact_lock($1)", project_lock_key(projects[0].id));
  const auto outcome = record(projects[0]);
  CHECK(outcome.failure == Failure::passing);
  CHECK_THAT(outcome.detail, Contains("55P03"));
  CHECK(record(projects[1]).status == Status::stored);
  alone.commit();
  CHECK(record(projects[0]).status == Status::stored);
}

TEST_CASE("what people change in a project that is being derived again waits, too") {
  const ReadyDatabase database;
  database.ask("INSERT INTO account (login, admin) VALUES ('root', true)");
  StoreOptions options;
  options.connection = database.ingest();
  PostgresStore store{options, {}};
  const auto project = store.projects().front();
  const auto series = store.record(project, patch("a", {}), {}, {}).series;
  options.connection = database.tracker();
  options.lock_timeout = std::chrono::milliseconds{50};
  Tracker tracker{options};
  const auto id = std::stoll(database.ask("SELECT message_row FROM patch"));
  const Actor root{"root"};

  pqxx::connection connection{database.owner()};
  pqxx::work alone{connection};
  alone.exec_params("SELECT pg_advisory_xact_lock($1)", project_lock_key(project.id));
  for (const auto& target : std::vector<Target>{"a", "to come", PatchId{id}, SeriesId{series}}) {
    const std::vector<Change> changes{{target, PatchField::state, "accepted"}};
    CHECK_THROWS_WITH(tracker.update({root, "demo", changes}), Contains("55P03"));
    CHECK_THROWS_WITH(tracker.add_check(root, "demo", target, {"ci", "success", "", ""}),
                      Contains("55P03"));
  }
  CHECK_THROWS_WITH(tracker.add_note(root, "demo", "a", "note"), Contains("55P03"));
  alone.commit();
  const std::vector<Change> changes{{SeriesId{series}, PatchField::state, "accepted"}};
  CHECK(tracker.update({root, "demo", changes}).front().result == Result::applied);
}

TEST_CASE("who changes whole series while they are derived again dead-locks with nobody") {
  const ReadyDatabase database;
  database.ask("INSERT INTO account (login, admin) VALUES ('root', true)");
  StoreOptions options;
  options.connection = database.ingest();
  PostgresStore store{options, {}};
  const auto project = store.projects().front();
  constexpr int total = 40;
  // Read in two ways: as one series, and as two, of the odd numbers and of the even ones.
  std::atomic<bool> apart = false;
  const auto reading = [&apart](int number) {
    const bool leaves = apart && number % 2 == 0;
    return patch("p" + std::to_string(number), {leaves ? 2 : 1, number, total}, {"c"}, number);
  };
  std::int64_t series = 0;
  for (int number = total; number > 0; --number) {
    RawMessage message;
    message.bytes = std::to_string(number);
    series = store.record(project, reading(number), message, {}).series;
  }
  const auto deadlocks = [] {
    return output_of("grep -c 'deadlock detected' " + quoted(ScratchDatabase::host() + "/log") +
                     " || true");
  };
  const auto before = deadlocks();

  options.connection = database.tracker();
  options.lock_timeout = options.statement_timeout = std::chrono::minutes{1};
  std::atomic<bool> done = false;
  std::thread people{[&] {
    Tracker tracker{options};
    for (bool one = true; !done; one = !one)
      tracker.update(
          {{"root"}, "demo", {{SeriesId{series}, PatchField::state, one ? "rfc" : "new"}}});
  }};
  std::size_t moved = 0;
  for (int round = 0; round < 20; ++round) {
    apart = !apart;
    moved += Archive{database.owner()}
                 .rederive(
                     project,
                     [&](const std::string& raw) { return Classified{reading(std::stoi(raw))}; },
                     {}, Forgetting::refused)
                 .moved;
  }
  done = true;
  people.join();
  CHECK(moved >= 20 * total / 2);
  CHECK(deadlocks() == before);
}

TEST_CASE("of two messages with one id one stays: that which has it already, and else the first") {
  const auto reread = [](const MessageId& recorded, const MessageId& read) {
    Reread message;
    message.recorded_id = recorded;
    message.submission.message_id = read;
    return message;
  };
  std::vector<Reread> messages{reread("old a", "a"), reread("old b", "a"), reread("a", "a")};
  const auto staying = [&messages] {
    leave_out_doubles(messages);
    std::string ids;
    for (const auto& message : messages)
      if (message.stays) ids += message.recorded_id + ";";
    return ids;
  };
  CHECK(staying() == "a;");
  messages.pop_back();  // it was forgotten meanwhile
  CHECK(staying() == "old a;");
  messages.front().stays = messages.front().is_double = false;  // it is read as nothing now
  CHECK(staying() == "old b;");
}
