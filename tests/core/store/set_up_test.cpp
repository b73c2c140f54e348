#include "core/store/set_up.hpp"

#include "core/store/schema.hpp"
#include "core/store/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> done(const std::string& connection, const std::string& role) {
  std::vector<std::string> statements;
  set_up(connection, role, [&](std::string_view what) { statements.emplace_back(what); });
  return statements;
}

}  // namespace

TEST_CASE("a server is set up once, whatever the database and the role are called") {
  const ScratchDatabase server;
  const auto name = "o'dd \"" + server.name();  // for libpq in quotes, with backslashes
  const auto role = server.name() + "_daemon's";
  std::string in_quotes;
  for (const char c : name) in_quotes += (c == '\'' ? "\\" : "") + std::string{c};
  const auto connection =
      "host=" + ScratchDatabase::host() + " user=postgres dbname='" + in_quotes + "'";
  CHECK(database_name(connection) == name);
  CHECK(done(connection, role).size() == 3);  // quilter_ingest is there
  CHECK(done(connection, role).empty());
  migrate(connection, [](std::string_view) {});
  CHECK(server.ask("SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE "
                   "datname LIKE 'o''dd%'") == "C|UTF8\n");
}

TEST_CASE("where no database is named, or the role may not, set_up says so") {
  const ScratchDatabase server;
  CHECK(database_name("postgresql://db/patches") == "patches");
  CHECK_THROWS_WITH(database_name("host=db"), Contains("add dbname=quilter"));
  CHECK_THROWS_AS(database_name("host"), StoreError);
  CHECK_THROWS_WITH(done(server.ingest(), "somebody"), Contains("permission denied"));
}

TEST_CASE("what setup-db prints, psql runs; and --run does the same") {
  const ScratchDatabase server;
  const auto name = "printed_" + server.name();
  const auto arguments =
      " --database " + quoted("host=" + ScratchDatabase::host() + " user=postgres dbname=" + name) +
      " setup-db --role " + quoted(name);
  const auto psql = "psql -qX -v ON_ERROR_STOP=1 " + quoted(server.superuser());
  for (int i = 0; i < 2; ++i) output_of(program("quilter") + arguments + " | " + psql);
  const auto said = output_of(program("quilter") + arguments + " --run");
  CHECK_THAT(said, !Contains("CREATE") && Contains("schema version") && Contains("project add"));
  CHECK(server.ask("SELECT pg_has_role('" + name + "', 'quilter_ingest', 'member')") == "t\n");
  CHECK_THAT(output_of(program("quilter") + arguments + " --run"), Contains("nothing to do"));
}
