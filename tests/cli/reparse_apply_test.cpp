// The real `quilter reparse --apply`: whatever an older program recorded, afterwards all is as if
// its mails came now.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/cli/import_mails.hpp"
#include "tests/cli/recorded.hpp"
#include "tests/support/catch.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

std::string tool(const ScratchDatabase& database, const std::string& arguments) {
  return output_of(program("quilter") + " --database " + quoted(database.owner()) + " " +
                   arguments);
}

void import(const ScratchDatabase& database, const std::string& mbox) {
  const ScratchFolder folder;
  std::ofstream{folder.path() + "/box", std::ios::binary} << mbox;
  tool(database, "import --quiet --project demo " + folder.path() + "/box");
}

// Mails whose other halves come later: series with holes, comments that wait. Each message id once:
// of several mails with one the first to come is recorded, and jobs are not in order.
struct Halves {
  std::string first, second;
};
Halves halves() {
  const auto mbox = all_series_fixtures() + mbox_of(list_mails(3));
  Halves halves;
  std::set<std::string> seen;
  for (std::size_t at = 0; at < mbox.size();) {
    const auto next = mbox.find("\n\nFrom ", at);
    const auto end = next == std::string::npos ? mbox.size() : next + 2;
    const auto mail = mbox.substr(at, end - at);
    const auto id = mail.find("Message-ID:");
    if (seen.insert(mail.substr(id, mail.find('\n', id) - id)).second)
      (seen.size() % 2 == 1 ? halves.first : halves.second) += mail;
    at = end;
  }
  return halves;
}

struct Archives {
  Halves mails = halves();
  Recorded half{mails.first}, whole{mails.first + mails.second};
  std::string half_dump = half.dump(), whole_dump = whole.dump();
};
const Archives& archives() {
  static const Archives all;
  return all;
}

std::string ids(const ScratchDatabase& database) {
  return database.ask(
      "SELECT m.id, m.message_id, coalesce(x.series_id, y.series_id), x.state, x.archived FROM "
      "message m LEFT JOIN patch x ON x.message_row = m.id LEFT JOIN cover y ON y.message_row = "
      "m.id ORDER BY m.id");
}

// Everything but times and what happened.
std::string content(const ScratchDatabase& database) {
  std::string all;
  for (const std::string table : {"person", "neighbourhood", "tie", "message", "series", "patch",
                                  "cover", "comment", "mention", "pin"})
    all +=
        database.ask("SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM " + table + " t");
  return all;
}

constexpr const char* each_its_own =  // a series, and a neighbourhood
    "DO $$ DECLARE m record; s bigint; n bigint; BEGIN "
    "FOR m IN SELECT message_row, series_id FROM patch LOOP "
    "INSERT INTO neighbourhood DEFAULT VALUES RETURNING id INTO n; "
    "INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id) "
    "SELECT project_id, n, 1, 1, 'old', submitter_id FROM series WHERE id = m.series_id "
    "RETURNING id INTO s; "
    "UPDATE patch SET series_id = s WHERE message_row = m.message_row; END LOOP; END $$";
constexpr const char* patches_are_comments =
    "CREATE TEMP TABLE old AS SELECT message_row FROM patch WHERE number = 2; "
    "DELETE FROM patch WHERE message_row IN (SELECT message_row FROM old); "
    "UPDATE message SET kind = 'comment' WHERE id IN (SELECT message_row FROM old); "
    "INSERT INTO comment (message_row, key) SELECT message_row, message_row FROM old";
constexpr const char* comments_are_patches =
    "CREATE TEMP TABLE old AS SELECT message_row FROM comment; DELETE FROM mention; "
    "DELETE FROM comment; UPDATE message SET kind = 'patch' WHERE id IN (SELECT message_row FROM "
    "old); INSERT INTO patch (message_row, series_id, number, paths, pull_url) SELECT message_row, "
    "(SELECT min(id) FROM series), 100 + message_row, '{}', 'x' FROM old";

}  // namespace

TEST_CASE("what this program recorded stays as it is, to the row") {
  const DatabaseCopy database{archives().whole};
  const auto before = content(database);
  CHECK_THAT(tool(database, "reparse --apply --yes"),
             Contains(" 0 changed, 0 forgotten; 0 series changed; 0 mails belong elsewhere"));
  CHECK(content(database) == before);
}

TEST_CASE("whatever an older program recorded, it becomes what would be recorded now") {
  struct Row {
    const char* what;
    std::string older;
    bool same_ids = true;  // false: their series are others meanwhile
  };
  const std::vector<Row> rows{
      {"what mails said",
       "UPDATE message SET name = 'old', subject = 'old', author_name = 'old', version = 9, "
       "number = 9, total = 9, numbered = false, ancestors = '{}', prefixes = '{old}', "
       "trailers = '{Old: a}', date = '2001-01-01', change_id = 'old', supersedes = '{old}', "
       "content_sha256 = decode(repeat('00', 32), 'hex'); "
       "UPDATE patch SET paths = '{old}', patch_id = NULL, pull_ref = 'old', number = number + 9"},
      {"who sent them",
       "UPDATE message SET submitter_id = (SELECT min(id) FROM person); "
       "UPDATE series SET submitter_id = (SELECT min(id) FROM person); "
       "DELETE FROM person p WHERE NOT EXISTS (SELECT FROM message WHERE submitter_id = p.id)"},
      {"what people are called", "UPDATE person SET name = 'old', named_at = NULL"},
      {"message ids", "UPDATE message SET message_id = 'old' || message_id"},
      {"what follows of series",
       "UPDATE series SET name = 'old', version = 7, total = 7, received = 0, complete = false, "
       "date = NULL, supersedes_id = NULL"},
      {"what supersedes what",
       "UPDATE series SET supersedes_id = (SELECT max(id) FROM series) "
       "WHERE id <> (SELECT max(id) FROM series)"},
      {"no ties", "DELETE FROM tie"},
      {"each series a neighbourhood of its own",
       "INSERT INTO neighbourhood SELECT FROM series; UPDATE series SET neighbourhood_id = "
       "(SELECT max(id) FROM neighbourhood) - id; DELETE FROM tie"},
      {"comments that belong nowhere", "UPDATE comment SET parent_row = NULL; DELETE FROM mention"},
      {"comments that belong elsewhere",
       "UPDATE comment SET parent_row = (SELECT min(message_row) FROM patch)"},
      {"comments that were patches", comments_are_patches},
      {"patches that were comments", patches_are_comments, false},
      {"each patch a series of its own", each_its_own, false},
      {"patches without a place", "DELETE FROM patch; DELETE FROM cover", false},
  };
  const DatabaseCopy database{archives().half};
  const auto before = ids(database);
  for (const auto& row : rows) {
    CAPTURE(row.what);
    database.ask(row.older);
    tool(database, "reparse --apply --yes");
    CHECK(database.dump() == archives().half_dump);
    if (row.same_ids) CHECK(ids(database) == before);
  }
  CHECK_THAT(
      tool(database, "reparse --apply --yes"),
      Contains("no difference") && Contains(" 0 changed, 0 forgotten; 0 series changed; 0 "));
  import(database, archives().mails.second);  // what comes later finds all that it is tied to
  CHECK(database.dump() == archives().whole_dump);
}

TEST_CASE("what people decided stays, also about series") {
  const Recorded database{mbox_of(list_mails(3))};
  database.ask(
      "WITH dora AS (INSERT INTO account (login) VALUES ('dora') RETURNING id) UPDATE patch SET "
      "state = 'accepted', archived = true, delegate_id = dora.id FROM dora WHERE number = 2");
  tool(database, "series split 1 3");
  tool(database, "series split 2 0 1");
  const auto before = ids(database), dump = database.dump();
  database.ask("UPDATE message SET name = 'old', number = 9; DELETE FROM tie");
  database.ask("UPDATE series SET received = 0, by_hand = false");
  tool(database, "reparse --apply --yes");
  CHECK(database.dump() == dump);
  CHECK(ids(database) == before);
  CHECK(tool(database, "series merge 1 4") == "series 1\n");
}

TEST_CASE("mail that would be ignored now goes only where it may") {
  const auto& fresh = archives().half;
  const DatabaseCopy database{fresh};
  database.ask(
      "INSERT INTO message (project_id, message_id, kind, submitter_id, author_name, "
      "author_address, subject, name, prefixes, version, number, total, numbered, ancestors, "
      "trailers, content_sha256, raw) SELECT project_id, 'notice', 'patch', submitter_id, '', '', "
      "'', '', '{}', 1, 1, 1, false, '{}', '{}', content_sha256, 'Message-ID: <notice>' "
      "FROM message WHERE kind = 'patch' LIMIT 1; "
      "INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id) "
      "SELECT project_id, neighbourhood_id, 1, 1, '', submitter_id FROM series LIMIT 1; "
      "INSERT INTO patch (message_row, series_id, number, paths, pull_url) "
      "SELECT (SELECT max(id) FROM message), max(id), 1, '{}', 'x' FROM series; "
      "INSERT INTO event (project_id, category, series_id) "
      "SELECT project_id, 'series-created', id FROM series; "
      "UPDATE comment SET parent_row = (SELECT max(id) FROM message)");
  const auto before = content(database);
  CHECK_THROWS(tool(database, "reparse --apply --yes 2> /dev/null"));
  CHECK(content(database) == before);
  CHECK_THAT(tool(database, "reparse --apply --forget --yes"), Contains(", 1 forgotten;"));
  CHECK(database.dump() == archives().half_dump);
}

TEST_CASE("killed in the middle of writing, it has written nothing, and may be run again") {
  const DatabaseCopy database{archives().half};
  database.ask(
      "UPDATE message SET name = 'old'; DELETE FROM tie; UPDATE comment SET parent_row = (SELECT "
      "min(message_row) FROM patch)");
  const auto old = content(database);
  // Somebody holds what is written last.
  FILE* holder = popen(("psql -qX " + quoted(database.superuser()) + " > /dev/null").c_str(), "w");
  const auto say = [holder](const char* statement) {
    fputs(statement, holder);
    fflush(holder);
  };
  say("BEGIN; SELECT FROM comment FOR UPDATE;\n");
  const auto waits = [&](const std::string& which) {
    while (database.ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND " +
                        which) == "0\n") {
    }
  };
  waits("state = 'idle in transaction'");
  const auto child = fork();
  if (child == 0) {
    execl(path_of("quilter").c_str(), "quilter", "--database", database.owner().c_str(), "reparse",
          "--apply", "--yes", nullptr);
    _exit(127);
  }
  waits("wait_event_type = 'Lock'");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  say("COMMIT;\n");
  pclose(holder);
  CHECK(content(database) == old);
  tool(database, "reparse --apply --yes");
  CHECK(database.dump() == archives().half_dump);
}

TEST_CASE("beside live mail nothing is lost, and all is one") {
  const DatabaseCopy database{archives().half};
  database.ask(
      "DELETE FROM tie; UPDATE message SET name = 'old'; UPDATE comment SET parent_row = "
      "NULL; DELETE FROM mention");
  const auto child = fork();
  if (child == 0) {
    int code = 0;
    try {
      import(database, archives().mails.second);
    } catch (const std::exception&) {
      code = 1;
    }
    _exit(code);
  }
  int status = 0;
  do tool(database, "reparse --apply --yes");
  while (waitpid(child, &status, WNOHANG) == 0);
  CHECK(WEXITSTATUS(status) == 0);
  tool(database, "reparse --apply --yes");
  CHECK(database.dump() == archives().whole_dump);
}

TEST_CASE("a name that another project's copy of a mail gave is left alone") {
  const auto of = [](const std::string& name, const std::string& list) {
    return "From ann@example.org Mon Mar  2 08:10:05 2026\nFrom: " + name +
           " <ann@example.org>\nDate: Mon, 2 Mar 2026 08:10:05 +0000\nMessage-ID: <a@x>\nList-Id: "
           "<" +
           list +
           ".lists.example.org>\nSubject: [PATCH] x\n\ndiff --git a/f b/f\n--- a/f\n+++ "
           "b/f\n@@ -1 +1 @@\n-1\n+2\n";
  };
  const Recorded database{of("Bob", "demo")};
  tool(database, "project add other --list-id other.lists.example.org");
  const ScratchFolder folder;
  std::ofstream{folder.path() + "/box"} << of("Ann", "other");
  tool(database, "import --quiet --project other " + folder.path() + "/box");
  const auto name = [&] { return database.ask("SELECT name FROM person"); };
  REQUIRE(name() == "Ann\n");
  tool(database, "reparse --project demo --apply --yes");
  CHECK(name() == "Ann\n");
  database.ask("UPDATE person SET name = 'Old'");
  tool(database, "reparse --project other --apply --yes");
  CHECK(name() == "Ann\n");
}

// Another project's mail can be in a neighbourhood of ours, by a hash.
TEST_CASE("what mail of another project ties to a neighbourhood is united with it") {
  const Recorded database{mbox_of(list_mails(1))};
  database.ask(
      "INSERT INTO neighbourhood DEFAULT VALUES; UPDATE tie SET neighbourhood_id = (SELECT max(id) "
      "FROM neighbourhood) WHERE key = (SELECT max(key) FROM tie)");
  FILE* mail = popen(("psql -qX " + quoted(database.superuser()) + " > /dev/null").c_str(), "w");
  const auto say = [mail](const char* statement) {
    fputs(statement, mail);
    fflush(mail);
  };
  const auto is = [&](const std::string& which) {
    return database.ask(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = "
               "current_database() AND " +
               which) != "0\n";
  };
  say("BEGIN; SELECT FROM neighbourhood WHERE id = (SELECT max(id) FROM neighbourhood) FOR UPDATE; "
      "INSERT INTO tie SELECT 1, max(id) FROM neighbourhood;\n");
  while (!is("state = 'idle in transaction' AND backend_xid IS NOT NULL")) {
  }
  const auto child = fork();
  if (child == 0) {
    execl(path_of("quilter").c_str(), "quilter", "--database", database.owner().c_str(), "reparse",
          "--apply", "--yes", nullptr);
    _exit(127);
  }
  int status = 0;
  pid_t ended = 0;
  while (!is("wait_event_type = 'Lock'") && ended == 0) ended = waitpid(child, &status, WNOHANG);
  CHECK(ended == 0);  // it waits
  say("COMMIT;\n");
  pclose(mail);
  if (ended == 0) waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(database.ask("SELECT count(DISTINCT neighbourhood_id) FROM tie") == "1\n");
}
