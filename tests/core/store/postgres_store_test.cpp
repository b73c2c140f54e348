#include "core/store/postgres_store.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <random>
#include <thread>

#include "core/series/identities.hpp"
#include "core/store/archive.hpp"
#include "core/store/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using quilter::test::comment;
using quilter::test::patch;
using quilter::test::ReadyDatabase;

namespace {

StoreOptions options(const ReadyDatabase& database) {
  StoreOptions options;
  options.connection = database.ingest();
  return options;
}

RawMessage raw(const Submission& submission) {
  RawMessage message;
  message.bytes = "Message-ID: <" + submission.message_id +
                  ">\r\n\r\nbody with a NUL \0 and bytes \xff\xfe\r\n";
  return message;
}

struct Recording {
  ReadyDatabase database;
  PostgresStore store{options(database), {}};
  Project project = store.projects().front();

  RecordOutcome record(const Submission& submission) {
    return store.record(project, submission, raw(submission), {});
  }
};

}  // namespace

TEST_CASE("a message is recorded once, however often it comes") {
  Recording recording;
  CHECK(recording.record(patch("a", {1, 1, 2})).status == Status::stored);
  CHECK(recording.record(patch("a", {1, 1, 2})).status == Status::already_stored);
  CHECK(Archive{recording.database.owner()}.projects().front().messages == 1);
}

TEST_CASE("the server ends a transaction whose client is gone, once its patience is over") {
  Recording recording;
  recording.database.ask(
      "ALTER TABLE message ADD CHECK (current_setting('idle_in_transaction_session_timeout')"
      "::interval BETWEEN '1ms' AND '5s')");
  const auto mail = patch("a", {});
  const auto patience = Patience::of(std::chrono::seconds{5});
  CHECK(recording.store.record(recording.project, mail, raw(mail), patience).status ==
        Status::stored);
}

TEST_CASE("the raw message is kept byte for byte") {
  const auto size = GENERATE(as<std::size_t>{}, 256, 1U << 20U, (1U << 20U) + 1U, 5'000'000);
  Recording recording;
  const auto mail = patch("a", {});
  RawMessage message;
  for (std::size_t i = 0; i < size; ++i)
    message.bytes += static_cast<char>((i ^ (i >> 8U) ^ (i >> 16U)) & 0xFFU);
  CHECK(recording.store.record(recording.project, mail, message, {}).status == Status::stored);
  CHECK(Archive{recording.database.owner()}.raw_message("demo", "a") == message.bytes);
  CHECK(recording.database.ask("SELECT count(*) FROM pg_largeobject_metadata") == "0\n");
}

// Each of a series of its own, with an answer. All connections are closed afterwards: the server
// counts a connection's reads when it ends, if not before.
std::int64_t rows_read_by_recording(const ReadyDatabase& database, int first, int count) {
  const auto rows_read = [&] {
    while (database.ask("SELECT count(*) FROM pg_stat_activity WHERE usename = 'quilter_ingest' "
                        "AND datname = current_database()") != "0\n")
      std::this_thread::yield();
    return std::stoll(
        database.ask("SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + "
                     "(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"));
  };
  const auto before = rows_read();
  {
    PostgresStore store{options(database), {}};
    const auto project = store.projects().front();
    for (int i = first; i < first + count; ++i) {
      const auto id = std::to_string(i);
      for (const auto& mail :
           {patch(id, {1, 1, 2}, {}, 60 * i), patch(id + "b", {1, 2, 2}, {id}, 60 * i),
            comment(id + "c", {id + "b"}, 60 * i)})
        REQUIRE(store.record(project, mail, raw(mail), {}).status == Status::stored);
    }
  }
  return rows_read() - before;
}

TEST_CASE("plans that were made for empty tables read no table whole once these are full") {
  const ReadyDatabase database;
  database.ask("ANALYZE");
  const auto few = rows_read_by_recording(database, 0, 20);
  rows_read_by_recording(database, 20, 300);
  CHECK(rows_read_by_recording(database, 320, 20) < 2 * few);
}

TEST_CASE("texts that look like SQL or array syntax are texts") {
  const std::string strings = GENERATE("on", "off");
  Recording recording;
  recording.database.ask("ALTER DATABASE " + recording.database.name() +
                         " SET standard_conforming_strings = " + strings);
  recording.database.ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'quilter_ingest' "
      "AND datname = current_database()");
  auto mail = patch("a'); DROP TABLE patch; --", {1, 1, 2}, {"{", "\"", "\\", "a,b", "}'"});
  mail.name = mail.subject = "'); DROP TABLE person; -- $1 \\ \" {NULL}";
  mail.prefixes = {"NULL", "", "a\"b", "c\\d"};
  mail.submitter.name = "O'Brien, \"Bob\"";
  mail.trailers = {{"Reviewed-by", "{\"x\"}"}};
  REQUIRE(recording.record(mail).status == Status::stored);
  const auto found = Archive{recording.database.owner()}.find_patch(mail.message_id);
  REQUIRE(found.size() == 1);
  CHECK(found.front().name == mail.name);
  CHECK(found.front().submitter.name == mail.submitter.name);
  CHECK(found.front().trailers == std::vector<std::string>{"Reviewed-by: {\"x\"}"});
}

TEST_CASE("a hundred thousand references take at most the capped number of locks") {
  Recording recording;
  std::string references;
  for (int i = 0; i < 100'000; ++i) references += "<" + std::to_string(i) + "@x> ";
  auto found = ancestors({}, {references}, "a");
  CHECK(found.dropped == 100'000 - max_ancestors);
  const auto mail = patch("a", {1, 1, 2}, std::move(found.ids));
  CHECK(lock_keys(identities(mail, {}), recording.project.id).size() <= max_ancestors + 8);
  CHECK(recording.record(mail).status == Status::stored);
}

TEST_CASE("a series with its cover letter, comments and next version stands as it was sent") {
  Recording recording;
  for (const auto& mail :
       {patch("c", {1, 0, 1}), patch("a", {1, 1, 1}, {"c"}, 1), comment("x", {"a", "c"}, 2),
        patch("c2", {2, 0, 1}, {"c"}, 3), patch("a2", {2, 1, 1}, {"c2", "c"}, 4)})
    REQUIRE(recording.record(mail).status == Status::stored);
  Archive archive{recording.database.owner()};
  const auto all = Listing{recording.database.owner()}.series({}, {}).entries;
  REQUIRE(all.size() == 2);
  CHECK(all[0].supersedes == all[1].id);
  CHECK(all[1].superseded_by == all[0].id);
  CHECK(all[1].complete);
  CHECK(all[1].comments == 1);
  const auto members = archive.members(all[1].id);
  REQUIRE(members.size() == 2);
  CHECK(members[0].kind == "cover");
  CHECK(members[1].comments == std::vector<std::string>{"x"});
}

TEST_CASE("a pull request is a patch without a diff") {
  Recording recording;
  auto mail = patch("p", {});
  mail.kind = Kind::pull_request;
  mail.diff.clear();
  mail.pull =
      PullRequest{.url = "https://example.org/tree.git", .ref = "for-linus", .base = "", .tip = ""};
  REQUIRE(recording.record(mail).status == Status::stored);
  const auto found = Archive{recording.database.owner()}.find_patch("p");
  REQUIRE(found.size() == 1);
  CHECK(found.front().pull_url == "https://example.org/tree.git");
  CHECK(found.front().diff_sha256.empty());
}

TEST_CASE("a merged series redirects to the one that stays") {
  Recording recording;
  const auto first = recording.record(patch("a", {1, 1, 3}));
  const auto second = recording.record(patch("d", {1, 3, 3}, {"b"}, 30));
  REQUIRE(first.series != second.series);
  const auto between = recording.record(patch("b", {1, 2, 3}, {"a"}, 1));
  CHECK(between.series == first.series);
  Archive archive{recording.database.owner()};
  CHECK(archive.series(second.series)->merged_into == first.series);
  CHECK(archive.series(first.series)->complete);
  CHECK(archive.series_of_project("demo").size() == 1);
}

TEST_CASE("a redirect is one hop, however often series merge") {
  Recording recording;
  const auto first = recording.record(patch("a", {1, 1, 4}));
  const auto second = recording.record(patch("c", {1, 3, 4}, {"b"}, 30));
  const auto third = recording.record(patch("e", {1, 4, 4}, {"d"}, 60));
  recording.record(patch("d", {1, 5, 4}, {"c"}, 31));  // c and e are one
  recording.record(patch("b", {1, 2, 4}, {"a"}, 1));   // and so is a
  Archive archive{recording.database.owner()};
  CHECK(archive.series(second.series)->merged_into == first.series);
  CHECK(archive.series(third.series)->merged_into == first.series);
}

TEST_CASE("two projects whose ties have one hash share no series") {
  Recording recording;
  test::output_of(test::program("quilter") + " --database " +
                  test::quoted(recording.database.owner()) +
                  " project add two --list-id two.example.org");
  const auto two = recording.store.projects().back();
  const auto mail = patch("a", {1, 1, 2}), other = patch("b", {1, 2, 2}, {"a"}, 1);
  recording.record(mail);
  test::output_of("psql -qX -v ON_ERROR_STOP=1 " + test::quoted(recording.database.owner()) +
                  " -c \"INSERT INTO tie VALUES (" + std::to_string(message_key("a", two.id)) +
                  ", 1)\"");
  const auto outcome = recording.store.record(two, other, raw(other), {});
  REQUIRE(outcome.status == Status::stored);
  Archive archive{recording.database.owner()};
  CHECK(archive.series(outcome.series)->project == "two");
  CHECK(archive.series_of_project("demo").front().received == 1);
}

TEST_CASE("an address is kept as it is beyond ASCII, whatever the locale") {
  Recording recording;
  CHECK(recording.record(patch("a", {}, {}, 0, "\xc3\x84nn@example.org")).status == Status::stored);
}

TEST_CASE("a comment makes no neighbourhood") {
  Recording recording;
  recording.record(patch("a", {}));
  const auto count = [&] { return recording.database.ask("SELECT count(*) FROM neighbourhood"); };
  const auto before = count();
  recording.record(comment("b", {"a"}));
  CHECK(count() == before);
}

TEST_CASE("a comment that joins those that a patch waits for gets the patch, too") {
  const ReadyDatabase database;
  auto patient = options(database);
  patient.lock_timeout = patient.statement_timeout = patient.deadline = std::chrono::minutes{1};
  PostgresStore store{patient, {}};
  const auto project = store.projects().front();
  const auto record = [&](const Submission& submission) {
    return store.record(project, submission, raw(submission),
                        Patience::of(std::chrono::minutes{1}));
  };
  record(comment("first", {"patch"}));
  const auto wait_for = [&](const std::string& waiting) {
    while (database.ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND wait_event_type = 'Lock'") != waiting + "\n")
      std::this_thread::yield();
  };
  pqxx::connection connection{database.superuser()};
  pqxx::work holder{connection};
  holder.exec("LOCK TABLE mention IN SHARE MODE");  // it can be read, not written
  std::thread joining{[&] { record(comment("second", {"first"}, 0, "eve@example.org")); }};
  wait_for("1");  // it holds the first one
  std::thread patching{[&] { record(patch("patch", {})); }};
  wait_for("2");  // for the first one: the second is not there yet
  holder.commit();
  joining.join();
  patching.join();
  CHECK(database.ask("SELECT count(*) FROM comment WHERE parent_row IS NOT NULL") == "2\n");
}

// Whose plan says something of each series of the neighbourhood: `->` is ours here, and counts.
TEST_CASE("a plan is opened as often for many series as for few") {
  const ReadyDatabase database;
  database.ask(
      "CREATE SEQUENCE opened; GRANT ALL ON opened TO PUBLIC; "
      "CREATE FUNCTION open(jsonb, text) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN "
      "PERFORM nextval(''opened''); RETURN jsonb_object_field($1, $2); END'; "
      "CREATE OPERATOR -> (FUNCTION = open, LEFTARG = jsonb, RIGHTARG = text); "
      "ALTER ROLE quilter_ingest IN DATABASE " +
      database.name() + " SET search_path = public, pg_catalog");
  PostgresStore store{options(database), {}};
  const auto project = store.projects().front();
  std::vector<std::int64_t> opened;
  for (int i = 0; i < 40; ++i) {
    const auto before = std::stoll(database.ask("SELECT last_value FROM opened"));
    auto mail = patch(std::to_string(i), {i + 1, 1, 1}, {}, 60 * i);
    mail.name = "one name";
    REQUIRE(store.record(project, mail, raw(mail), {}).status == Status::stored);
    opened.push_back(std::stoll(database.ask("SELECT last_value FROM opened")) - before);
  }
  CAPTURE(opened);
  CHECK(database.ask("SELECT count(*) FROM neighbourhood") == "1\n");
  CHECK(opened[39] == opened[20]);
  CHECK(opened[39] > 0);
}

TEST_CASE("comments tie no neighbourhoods together") {
  Recording recording;
  std::vector<MessageId> threads;
  for (int i = 0; i < 20; ++i) {
    threads.push_back("thread " + std::to_string(i));
    recording.record(patch(threads.back(), {1, 1, 2}, {}, i * 100));
  }
  recording.record(comment("digest", threads, 9999));
  CHECK(test::output_of("psql -qXAt " + test::quoted(recording.database.owner()) +
                        " -c 'SELECT count(DISTINCT neighbourhood_id) FROM series'") == "20\n");
}

TEST_CASE("every order of arrival gives the same dump, and it is the one of a second project too") {
  const std::vector<Submission> mails{
      patch("c", {1, 0, 2}),  patch("a", {1, 1, 2}, {"c"}, 1), patch("b", {1, 2, 2}, {}, 2),
      comment("x", {"a"}, 5), comment("y", {"x"}, 6),          patch("b2", {2, 2, 2}, {"b"}, 30)};
  constexpr unsigned seed = 20261121;
  CAPTURE(seed);
  std::mt19937 random{seed};
  auto shuffled = mails;
  std::string want;
  for (int round = 0; round < 12; ++round) {
    Recording recording;
    for (const auto& mail : shuffled) REQUIRE(recording.record(mail).status == Status::stored);
    if (want.empty()) want = recording.database.dump();
    REQUIRE(recording.database.dump() == want);
    std::shuffle(shuffled.begin(), shuffled.end(), random);
  }
  CHECK(std::count(want.begin(), want.end(), '\n') ==
        2 + 2 + 3 + 1 + 2);  // people, series, patches, cover, comments
}
