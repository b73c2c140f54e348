#include "core/store/schema.hpp"

#include <pqxx/pqxx>
#include <thread>

#include "core/store/archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"

using namespace quilter;
using Catch::Matchers::Contains;
using quilter::test::options_for;
using quilter::test::ReadyDatabase;
using quilter::test::ScratchDatabase;

namespace {

std::vector<std::string> migrated(const std::string& connection) {
  std::vector<std::string> names;
  migrate(connection, [&names](std::string_view name) { names.emplace_back(name); });
  return names;
}

void execute(const std::string& connection, const std::string& statement) {
  pqxx::connection session{connection};
  pqxx::work transaction{session};
  transaction.exec(statement);
  transaction.commit();
}

}  // namespace

TEST_CASE("migrations are applied once") {
  const ScratchDatabase database;
  CHECK(migrated(database.owner()).size() == static_cast<std::size_t>(known_schema_version()));
  CHECK(migrated(database.owner()).empty());
}

TEST_CASE("of two who migrate at once, each migration is applied by one") {
  const ScratchDatabase database;
  std::vector<std::size_t> applied(4);
  std::vector<std::thread> threads;
  for (auto& count : applied)
    threads.emplace_back([&count, &database] { count = migrated(database.owner()).size(); });
  for (auto& thread : threads) thread.join();
  CHECK(applied[0] + applied[1] + applied[2] + applied[3] ==
        static_cast<std::size_t>(known_schema_version()));
}

TEST_CASE("a database that is newer than the program is left alone, and nothing runs on it") {
  const ReadyDatabase database;
  execute(database.owner(),
          "INSERT INTO schema_migration (version, name) VALUES (999, 'from the future')");
  CHECK_THROWS_WITH(migrated(database.owner()), Contains("install the newer quilter"));
  CHECK_THROWS_WITH(PostgresStore(options_for(database.ingest()), {}),
                    Contains("install the newer quilter"));
}

TEST_CASE("a database without schema is refused with the command that mends it") {
  const ScratchDatabase database;
  CHECK_THROWS_WITH(PostgresStore(options_for(database.ingest()), {}), Contains("migrate"));
  CHECK_THROWS_WITH(Archive(database.ingest()), Contains("migrate"));
}

TEST_CASE("the ingest role can do what ingest needs, and no more") {
  const ReadyDatabase database;
  const auto statement =
      GENERATE(as<std::string>{}, "DELETE FROM message", "DELETE FROM tie",
               "UPDATE message SET subject = ''", "UPDATE patch SET state = 'accepted'",
               "UPDATE patch SET archived = true", "INSERT INTO project (name) VALUES ('x')",
               "CREATE TABLE mine ()", "ALTER TABLE patch ADD mine integer", "TRUNCATE event",
               "INSERT INTO schema_migration VALUES (2, 'x')");
  CAPTURE(statement);
  CHECK_THROWS_WITH(execute(database.ingest(), statement),
                    Contains("permission denied") || Contains("must be owner of table"));
}

TEST_CASE("what can be an invariant is a constraint") {
  const ReadyDatabase database;
  execute(database.owner(), "INSERT INTO person (address) VALUES ('ann@example.org')");
  const auto statement =
      GENERATE(as<std::string>{}, "INSERT INTO person (address) VALUES ('ann@example.org')",
               "INSERT INTO person (address) VALUES ('Ann@example.org')",
               "INSERT INTO person (address) VALUES ('')",
               "INSERT INTO project (name) VALUES ('without-list')",
               "INSERT INTO project (name, list_ids) VALUES ('bad name', '{x}')",
               "INSERT INTO project (name, list_ids) VALUES ('upper', '{X.example.org}')");
  CAPTURE(statement);
  CHECK_THROWS_AS(execute(database.owner(), statement), pqxx::integrity_constraint_violation);
}
