// While a project is derived again its mail waits, and no other's; which of two messages with one
// id stays. What it writes: tests/cli.
#include <pqxx/pqxx>

#include "core/store/postgres_store.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/reread.hpp"
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
