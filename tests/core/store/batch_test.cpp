// Messages recorded as one set (core/store/batch). That every order and any cut into batches gives
// one state: tests/series/permutations_test.cpp.
#include "core/store/batch.hpp"

#include <array>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

StoreOptions options_of(const ReadyDatabase& database) {
  StoreOptions options;
  options.connection = database.ingest();
  return options;
}

struct Sending {
  ReadyDatabase database;
  PostgresStore store{options_of(database), {}};
  Project demo = store.projects().front(), other = demo;
  std::deque<Submission> submissions;
  std::deque<RawMessage> messages;
  std::deque<Errand> errands;

  Sending() {
    database.ask("INSERT INTO project (name, list_ids) VALUES ('other', '{other.example.org}')");
    for (const auto& project : store.projects())
      if (project.name == "other") other = project;
  }

  void add(const Project& project, const Submission& submission) {
    submissions.push_back(submission);
    messages.emplace_back().bytes = "Message-ID: <" + submission.message_id + ">\n\nbody \xff\n";
    errands.push_back({project, submissions.back(), messages.back(), {}, {}});
  }
  void send() {
    std::vector<Errand*> all;
    for (auto& errand : errands) all.push_back(&errand);
    store.record_all(all);
  }
  // As one batch, whatever comes of it.
  void send_with(const BatchLimits& limits) {
    std::vector<Errand*> all;
    for (auto& errand : errands) all.push_back(&errand);
    pqxx::connection session{database.ingest()};
    pqxx::work transaction{session};
    record_batch(transaction, "", all, {}, limits);
    transaction.commit();
  }
  // What calls one of these fails.
  void forbid(const std::string& functions) const {
    database.ask("REVOKE EXECUTE ON FUNCTION " + functions + " FROM quilter_ingest");
  }
  std::string statuses() const {
    std::string text;
    for (const auto& [to, submission, message, patience, outcome] : errands)
      text += std::string{outcome.status == Status::stored           ? "stored"
                          : outcome.status == Status::already_stored ? "already-stored"
                                                                     : outcome.detail} +
              (outcome.reruns > 0 ? ", again; " : "; ");
    return text;
  }
  std::string transactions() const {
    return database.ask("SELECT count(DISTINCT transaction) FROM event");
  }
};

}  // namespace

TEST_CASE("a batch is one transaction, over projects that share people") {
  Sending sending;
  sending.add(sending.demo, patch("0", {1, 0, 2}));
  sending.add(sending.demo, patch("1", {1, 1, 2}, {"0"}));
  sending.add(sending.other, patch("1", {1, 1, 2}, {"0"}));
  sending.add(sending.demo, comment("c", {"1"}));
  sending.add(sending.demo, patch("1", {1, 1, 2}, {"0"}));  // again
  sending.add(sending.demo, patch("2", {1, 2, 2}, {"0"}));
  sending.send();
  CHECK(sending.statuses() == "stored; stored; stored; stored; already-stored; stored; ");
  CHECK(sending.transactions() == "1\n");
  CHECK(sending.errands[0].outcome.series == sending.errands[5].outcome.series);
  CHECK(sending.errands[3].outcome.series == 0);
  CHECK(sending.database.ask("SELECT string_agg(category, ' ' ORDER BY id) FROM event "
                             "WHERE project_id = 1") ==
        "series-created cover-created patch-created comment-created patch-created "
        "series-completed\n");
  CHECK(sending.database.ask("SELECT convert_from(raw, 'LATIN1') FROM message "
                             "WHERE message_id = '2'") == "Message-ID: <2>\n\nbody \u00ff\n\n");
}

TEST_CASE("what is there already is left out of a batch, and told") {
  Sending sending;
  sending.add(sending.demo, patch("1", {1, 1, 2}));
  sending.send();
  sending.add(sending.demo, patch("2", {1, 2, 2}, {"1"}));
  sending.send();
  CHECK(sending.statuses() == "already-stored; stored; ");
  CHECK(sending.database.ask("SELECT received, complete FROM series") == "2|t\n");
}

TEST_CASE("of a batch what the database refuses is refused alone") {
  Sending sending;
  sending.database.ask("ALTER TABLE message ADD CHECK (message_id <> 'bad')");
  for (const auto* id : {"a", "bad", "b"}) sending.add(sending.demo, patch(id, {}));
  sending.send();
  CHECK(sending.errands[1].outcome.failure == Failure::refused);
  CHECK(sending.database.ask("SELECT string_agg(message_id, ' ' ORDER BY id) FROM message") ==
        "a b\n");
}

// A cover letter and `many` patches of a series of `total`.
void send_beginning(Sending& sending, int many, int total) {
  sending.add(sending.demo, patch("0", {1, 0, total}));
  for (int i = 1; i <= many; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, total}, {"0"}, i));
  sending.send();
  sending.errands.clear();
}

TEST_CASE("a large series is not read whole, nor its messages recorded one by one") {
  Sending sending;
  send_beginning(sending, 76, 79);
  sending.forbid("load_neighbourhoods, load_facts, record_message");
  for (const int i : {78, 77, 79})
    sending.add(sending.demo, patch(std::to_string(i), {1, i, 79}, {"0"}, i));
  sending.send();
  CHECK(sending.statuses() == "stored; stored; stored; ");
  CHECK(sending.transactions() == "2\n");
  CHECK(sending.errands[0].outcome.series == sending.errands[2].outcome.series);
  CHECK(sending.database.ask("SELECT received, complete, count(*) FROM series, patch "
                             "WHERE series_id = series.id GROUP BY series.id") == "79|t|79\n");
  CHECK(sending.database.ask("SELECT count(*), max(id) = (SELECT max(id) FROM event) FROM event "
                             "WHERE category = 'series-completed'") == "1|t\n");
}

TEST_CASE(
    "a large neighbourhood of which a glimpse does not tell is read whole, for all of a batch") {
  struct Row {
    const char* what;
    Submission mail;
    const char* series;  // of which version, what is received
  };
  const auto row = GENERATE(values<Row>(
      {{"a slot that is taken", patch("x", {1, 5, 99}, {"0"}, 200), "1|62;1|1"},
       {"a slot that another of the batch takes", patch("x", {1, 61, 99}, {"0"}, 200), "1|62;1|1"},
       {"a second version", patch("x", {2, 1, 99}, {"0"}, 200), "1|62;2|1"},
       {"an unnumbered patch", patch("x", {}, {"60"}, 200), "1|62;1|1"},
       {"of somebody else", patch("x", {1, 63, 99}, {"0"}, 200, "bob@example.org"), "1|63"},
       {"the earliest of all", patch("x", {1, 63, 99}, {"0"}, -9), "1|63"}}));
  CAPTURE(row.what);
  Sending sending;
  send_beginning(sending, 60, 99);
  sending.forbid("load_facts, record_message");
  sending.add(sending.demo, patch("61", {1, 61, 99}, {"0"}, 61));
  sending.add(sending.demo, row.mail);
  sending.add(sending.demo, comment("c", {"61"}));
  sending.add(sending.demo, patch("62", {1, 62, 99}, {"0"}, 62));
  sending.send_with({.members_a_mail = 1});
  CHECK(sending.statuses() == "stored; stored; stored; stored; ");
  CHECK(sending.database.ask("SELECT string_agg(version || '|' || received, ';' ORDER BY id) "
                             "FROM series") == row.series + std::string{"\n"});
  CHECK(sending.database.ask("SELECT m.message_id FROM comment, message m "
                             "WHERE m.id = parent_row") == "61\n");
}

TEST_CASE("large neighbourhoods that a batch makes one are read whole, and are one") {
  Sending sending;
  send_beginning(sending, 30, 40);
  for (int i = 0; i <= 30; ++i)
    sending.add(sending.demo, patch("o" + std::to_string(i), {1, i, 40},
                                    i > 0 ? std::vector<MessageId>{"o0"} : std::vector<MessageId>{},
                                    500 + i, "bob@example.org"));
  sending.send();
  sending.errands.clear();
  CHECK(sending.database.ask("SELECT count(DISTINCT neighbourhood_id) FROM series") == "2\n");
  sending.add(sending.demo, patch("31", {1, 31, 40}, {"0"}, 31));
  sending.add(sending.demo, patch("32", {1, 32, 40}, {"0", "o0"}, 32));
  sending.add(sending.demo, patch("o31", {1, 31, 40}, {"o0"}, 531, "bob@example.org"));
  sending.send_with({.members_a_mail = 1});
  CHECK(sending.statuses() == "stored; stored; stored; ");
  CHECK(sending.database.ask("SELECT count(DISTINCT neighbourhood_id) FROM series") == "1\n");
  CHECK(sending.database.ask("SELECT count(DISTINCT neighbourhood_id) FROM tie") == "1\n");
  CHECK(sending.database.ask("SELECT string_agg(received::text, ' ' ORDER BY id) FROM series") ==
        "32 31\n");
}

TEST_CASE("what would have to be looked at closer, and has no time left, has its own transaction") {
  Sending sending;
  send_beginning(sending, 60, 62);
  for (int i = 61; i <= 62; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, 62}, {"0"}));
  sending.send_with(
      {.until = Patience::Clock::now() - std::chrono::seconds{1}, .members_a_mail = 1});
  for (const auto& errand : sending.errands) CHECK(errand.outcome.status == Status::try_later);
  CHECK(sending.database.ask("SELECT count(*) FROM message") == "61\n");
  sending.send();
  CHECK(sending.statuses() == "stored; stored; ");
}

TEST_CASE("batches lock comments in one order, those that they move and those that must stay") {
  Sending sending;
  sending.add(sending.demo, comment("low", {"2"}));
  sending.add(sending.demo, comment("high", {"1"}));
  sending.send();
  const std::vector<Submission> mails{patch("1", {}),
                                      comment("below low", {"low"}, 0, "cy@example.org"),
                                      patch("2", {}, {}, 0, "di@example.org"),
                                      comment("below high", {"high"}, 0, "ed@example.org")};
  const RawMessage message;
  std::deque<Errand> errands;
  for (const auto& mail : mails) errands.push_back({sending.demo, mail, message, {}, {}});
  const auto send = [&](std::size_t first) {
    return std::thread{[&, first] {
      sending.store.record_all(std::array{&errands[first], &errands[first + 1]});
    }};
  };
  const auto wait_for = [&](const char* waiting) {
    const auto late = Patience::of(std::chrono::seconds{10});
    while (late.left() > std::chrono::milliseconds{0} &&
           sending.database.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                                "'Lock' AND datname = current_database()") != waiting)
      std::this_thread::yield();
  };
  pqxx::connection session{sending.database.superuser()};
  std::optional<pqxx::work> holder{session};
  holder->exec(
      "SELECT FROM comment WHERE message_row = "
      "(SELECT id FROM message WHERE message_id = 'high') FOR UPDATE");
  auto one = send(0);
  wait_for("1\n");
  auto other = send(2);
  wait_for("2\n");
  holder.reset();
  one.join();
  other.join();
  for (const auto& errand : errands) {
    CHECK(errand.outcome.status == Status::stored);
    CHECK(errand.outcome.reruns == 0);
  }
}
