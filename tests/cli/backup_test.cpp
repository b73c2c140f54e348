// What pg_dump took is the archive: docs/upgrading.md relies on it.
#include "tests/cli/import_mails.hpp"
#include "tests/cli/recorded.hpp"
#include "tests/support/catch.hpp"

using namespace quilter::test;

TEST_CASE("a backup that is restored is the same archive, and goes on") {
  const Recorded database{mbox_of(list_mails(2))};
  database.said(" series split 1 3");
  const ScratchFolder folder;
  const auto file = folder.path() + "/quilter.dump";
  output_of("pg_dump --format=custom " + quoted(database.superuser()) + " > " + file);
  const ScratchDatabase restored;
  output_of("pg_restore --dbname=" + quoted(restored.superuser()) + " " + file);
  CHECK(restored.dump() == database.dump());

  const auto tool = program("quilter") + " --database " + quoted(restored.ingest());
  std::ofstream{folder.path() + "/box"} << mbox_of(list_mails(3));
  output_of(tool + " import --quiet --project demo " + folder.path() + "/box");
  CHECK(restored.ask("SELECT count(*) FROM message") == "15\n");
}
