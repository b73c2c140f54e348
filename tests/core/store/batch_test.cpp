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

TEST_CASE("a large neighbourhood is not read whole: its messages are recorded one by one") {
  Sending sending;
  constexpr int many = 51;
  for (int i = 1; i <= many; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, many + 2}, {"0"}));
  sending.send();
  CHECK(sending.transactions() == "1\n");
  sending.errands.clear();
  for (int i = many + 1; i <= many + 2; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, many + 2}, {"0"}));
  sending.send();
  CHECK(sending.statuses() == "stored; stored; ");
  CHECK(sending.transactions() == "2\n");
  CHECK(sending.database.ask("SELECT received, complete FROM series") == "53|t\n");
}

TEST_CASE("of those that go one by one, what has no time left is for a transaction of its own") {
  Sending sending;
  for (int i = 1; i <= 60; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, 62}, {"0"}));
  sending.send();
  sending.errands.clear();
  for (int i = 61; i <= 62; ++i)
    sending.add(sending.demo, patch(std::to_string(i), {1, i, 62}, {"0"}));
  std::vector<Errand*> all{&sending.errands[0], &sending.errands[1]};
  pqxx::connection session{sending.database.ingest()};
  pqxx::work transaction{session};
  record_batch(transaction, "", all, {}, Patience::Clock::now() - std::chrono::seconds{1});
  transaction.commit();
  for (const auto& errand : sending.errands) CHECK(errand.outcome.status == Status::try_later);
  CHECK(sending.database.ask("SELECT count(*) FROM message") == "60\n");
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
