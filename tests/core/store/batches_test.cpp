// Messages that wait at the same moment share a transaction; none suffers for another.

#include "core/store/batches.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using namespace std::chrono_literals;

namespace {

const Project tracked{1, "demo", {"demo.lists.example.org"}, {}, "", ""};
const auto any_time = Patience::Clock::time_point::max();

// Runs batches as they come, the first one not before it is told to.
struct Office {
  int counters = 1;
  std::chrono::milliseconds usual = 1h;
  bool writes_all = false;  // the first one, before it waits
  std::promise<void> open{}, begun{};
  std::mutex guard{};
  std::vector<std::size_t> sizes{};
  Batches batches{counters,
                  [this](std::span<Errand* const> errands, const Batches::Written& written) {
                    {
                      const std::lock_guard lock{guard};
                      sizes.push_back(errands.size());
                      if (sizes.size() > 1) return;
                    }
                    if (writes_all) written();
                    begun.set_value();
                    open.get_future().wait();
                  },
                  usual};
  const Submission submission = patch("a", {});

  // Comes with a message of this size, and waits until it is done.
  std::thread visitor(std::size_t bytes) {
    return std::thread{[this, bytes] {
      RawMessage message;
      message.bytes.assign(bytes, 'x');
      Errand errand{tracked, submission, message, {}, {}};
      batches.join(errand, any_time);
    }};
  }
};

StoreOptions options(const ReadyDatabase& database, int connections) {
  StoreOptions options;
  options.connection = database.ingest();
  options.connections = connections;
  return options;
}

}  // namespace

TEST_CASE("messages that wait are begun together, in their order, within bounds") {
  struct Row {
    std::vector<std::size_t> bytes;
    std::vector<std::size_t> batches;
  };
  const auto [bytes, batches] = GENERATE(values<Row>({
      {{}, {}},
      {{1}, {1}},
      {{1, 1, 1}, {3}},
      {std::vector<std::size_t>(40, 1), {16, 16, 8}},  // a batch has an end
      {{2'000'000, 1, 1}, {1, 2}},                     // a large one goes alone
      {{1, 600'000, 600'000, 1}, {2, 2}},
  }));
  Office office;
  std::vector<std::thread> visitors;
  visitors.push_back(office.visitor(1));
  office.begun.get_future().wait();
  for (const auto size : bytes) {
    const auto before = office.batches.waiting();
    visitors.push_back(office.visitor(size));
    while (office.batches.waiting() == before) std::this_thread::yield();
  }
  office.open.set_value();
  for (auto& visitor : visitors) visitor.join();
  office.sizes.erase(office.sizes.begin());
  CHECK(office.sizes == batches);
}

TEST_CASE("beside a transaction that runs another one begins where half a batch waits") {
  const auto [counters, waiting, beside] = GENERATE(values<std::tuple<int, int, bool>>({
      {2, 7, false},
      {2, 8, true},
      {1, 9, false},
  }));
  Office office{.counters = counters};
  std::vector<std::thread> visitors;
  visitors.push_back(office.visitor(1));
  office.begun.get_future().wait();
  for (int i = 0; i < waiting; ++i) {
    const auto before = office.batches.waiting();
    visitors.push_back(office.visitor(1));
    if (i < 7 || !beside)
      while (office.batches.waiting() == before) std::this_thread::yield();
  }
  if (beside)
    for (; visitors.size() > 1; visitors.pop_back()) visitors.back().join();
  office.open.set_value();
  for (auto& visitor : visitors) visitor.join();
  CHECK(office.sizes == std::vector<std::size_t>{1, static_cast<std::size_t>(waiting)});
}

TEST_CASE("beside a transaction that is held up, or has but to commit, another one begins") {
  const auto [usual, writes_all] = GENERATE(values<std::pair<std::chrono::milliseconds, bool>>({
      {1ms, false},
      {1h, true},
  }));
  Office office{.counters = 2, .usual = usual, .writes_all = writes_all};
  auto first = office.visitor(1);
  office.begun.get_future().wait();
  const RawMessage message;
  Errand next{tracked, office.submission, message, {}, {}};
  next.outcome.status = Status::ignored;
  office.batches.join(next, Patience::Clock::now() + 20s);
  CHECK(next.outcome.status == Status::ignored);  // what ran it gave it none
  office.open.set_value();
  first.join();
  CHECK(office.sizes == std::vector<std::size_t>{1, 1});
}

TEST_CASE("who is left by a batch begins beside one that is held up, as its first did") {
  std::promise<void> one_opens, other_opens;
  std::atomic<std::size_t> held = 0, done = 0;
  Batches batches{2,
                  [&](std::span<Errand* const> errands, const auto& /*written*/) {
                    const auto bytes = errands.front()->message.bytes.size();
                    if (bytes == 1) return static_cast<void>(done += errands.size());
                    ++held;
                    (bytes == 2 ? one_opens : other_opens).get_future().wait();
                  },
                  50ms};
  const auto submission = patch("a", {});
  std::vector<std::thread> visitors;
  const auto visit = [&](std::size_t bytes) {
    visitors.emplace_back([&, bytes] {
      RawMessage message;
      message.bytes.assign(bytes, 'x');
      Errand errand{tracked, submission, message, {}, {}};
      batches.join(errand, any_time);
    });
  };
  for (const std::size_t bytes : {2U, 3U}) {
    visit(bytes);
    while (held + 1 < bytes) std::this_thread::yield();
  }
  for (int i = 0; i < 17; ++i) visit(1);
  while (batches.waiting() < 17) std::this_thread::yield();
  other_opens.set_value();
  for (const auto late = Patience::of(10s); done < 17 && late.left() > 0ms;)
    std::this_thread::yield();
  CHECK(done == 17);
  one_opens.set_value();
  for (auto& visitor : visitors) visitor.join();
}

TEST_CASE("who waits for longer than it can goes, and those behind it come in its place") {
  Office office;
  auto first = office.visitor(1);
  office.begun.get_future().wait();
  const RawMessage message;
  Errand late{tracked, office.submission, message, {}, {}};
  office.batches.join(late, Patience::Clock::now() + 1ms);
  CHECK(late.outcome.status == Status::try_later);
  CHECK(late.outcome.failure == Failure::away);
  auto second = office.visitor(1);
  while (office.batches.waiting() == 0) std::this_thread::yield();
  office.open.set_value();
  first.join();
  second.join();
  CHECK(office.sizes == std::vector<std::size_t>{1, 1});
}

TEST_CASE("one that has little time left goes alone, and takes none from the others") {
  Office office;
  std::vector<std::thread> visitors;
  visitors.push_back(office.visitor(1));
  office.begun.get_future().wait();
  const RawMessage message;
  for (const auto patience : {Patience::of(1h), Patience{}, Patience::of(900ms)}) {
    const auto before = office.batches.waiting();
    visitors.emplace_back([&, patience] {
      Errand errand{tracked, office.submission, message, patience, {}};
      office.batches.join(errand, any_time);
    });
    while (office.batches.waiting() == before) std::this_thread::yield();
  }
  office.open.set_value();
  for (auto& visitor : visitors) visitor.join();
  office.sizes.resize(3);  // the last one may have gone before its turn came
  CHECK(office.sizes[1] == 2);
  CHECK(office.sizes[2] <= 1);
}

TEST_CASE("what goes wrong while a batch is run is each one's outcome") {
  Batches batches{1, [](auto, const auto&) { throw std::bad_alloc{}; }};
  const RawMessage message;
  const auto submission = patch("a", {});
  Errand errand{tracked, submission, message, {}, {}};
  batches.join(errand, any_time);
  CHECK(errand.outcome.status == Status::try_later);
  CHECK(errand.outcome.failure == Failure::passing);
}

TEST_CASE("of messages in one transaction, one that the database refuses is refused alone") {
  const ReadyDatabase database;
  PostgresStore store{options(database, 1), {}};
  const Project gone{99, "gone", {"gone.lists.example.org"}, {}, "", ""};
  constexpr int messages = 64;
  std::atomic<int> started = 0, stored = 0, refused = 0;
  std::vector<std::thread> threads;
  {
    pqxx::connection session{database.superuser()};
    pqxx::work holder{session};
    holder.exec("LOCK TABLE message");
    for (int i = 0; i < messages; ++i)
      threads.emplace_back([&, i] {
        ++started;
        const auto submission = patch("m" + std::to_string(i), {});
        const auto outcome =
            store.record(i == 7 ? gone : tracked, submission, {}, Patience::of(60s));
        ++(outcome.status == Status::stored ? stored : refused);
      });
    while (started < messages) std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  CHECK(refused == 1);
  CHECK(stored == messages - 1);
  CHECK(database.ask("SELECT count(*) FROM message") == "63\n");
  CHECK(database.ask("SELECT count(DISTINCT transaction) < 63 FROM event WHERE "
                     "category = 'patch-created'") == "t\n");
}
