// Threads record shuffled mail at once, and the dump is that of one thread in sent order.

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using quilter::test::comment;
using quilter::test::output_of;
using quilter::test::patch;
using quilter::test::quoted;
using quilter::test::ReadyDatabase;

namespace {

enum class Threading { shallow, deep, two_senders, none, late_cover, version_in_thread };

std::string name(Threading threading) {
  switch (threading) {
    case Threading::shallow:
      return "shallow";
    case Threading::deep:
      return "deep, In-Reply-To only";
    case Threading::two_senders:
      return "deep, two senders, two mails each in turn";
    case Threading::none:
      return "unthreaded";
    case Threading::late_cover:
      return "unthreaded, the cover letter dated last";
    case Threading::version_in_thread:
      return "v2 in the thread of v1";
  }
  return "?";
}

void add_series(std::vector<Submission>& mails, Threading threading, int series, int version,
                const MessageId& top) {
  const int size = 4;
  const auto from = "person" + std::to_string(series) + "@example.org";
  const auto id = [&](int n) {
    return std::to_string(series) + "v" + std::to_string(version) + "." + std::to_string(n);
  };
  const int start = series * 100 + version * 40;
  for (int n = 0; n <= size; ++n) {
    std::vector<MessageId> ancestors;
    if ((threading == Threading::deep || threading == Threading::two_senders) && n > 0)
      ancestors = {id(n - 1)};
    if ((threading == Threading::shallow || threading == Threading::version_in_thread) && n > 0)
      ancestors = {id(0)};
    if (!top.empty()) ancestors.push_back(top);
    const int at = threading == Threading::late_cover && n == 0 ? start + size + 1 : start + n;
    const auto sender =
        threading == Threading::two_senders && n / 2 % 2 == 1 ? "other " + from : from;
    mails.push_back(patch(id(n), {version, n, size}, ancestors, at, sender));
    // A chain of comments, each by somebody else: no lock but the mails' own keeps them in step.
    mails.push_back(comment("re " + id(n), {id(n)}, at + 5, "a" + id(n)));
    mails.push_back(comment("re re " + id(n), {"re " + id(n)}, at + 6, "b" + id(n)));
    mails.push_back(comment("re re re " + id(n), {"re re " + id(n)}, at + 7, "c" + id(n)));
  }
}

std::vector<Submission> traffic(Threading threading, int count) {
  std::vector<Submission> mails;
  for (int series = 0; series < count; ++series) {
    add_series(mails, threading, series, 1, "");
    if (threading == Threading::version_in_thread)
      add_series(mails, threading, series, 2, std::to_string(series) + "v1.0");
  }
  // One address, many spellings: only the earliest may stay, whoever comes first.
  for (auto& mail : mails) mail.submitter.name += " as of " + mail.message_id;
  return mails;
}

struct Run {
  std::string dump;
  int reruns = 0;
  int deadlocks = 0;
  std::vector<std::string> failures;
};

Run record(const std::vector<Submission>& mails, int workers) {
  const ReadyDatabase database;
  StoreOptions options;
  options.connection = database.ingest();
  options.connections = workers;
  auto store = std::make_unique<PostgresStore>(options, StitchOptions{});
  const auto project = store->projects().front();
  Run run;
  std::mutex guard;
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; (i = next++) < mails.size();) {
        RawMessage message;
        message.bytes = mails[i].content;
        const auto outcome = store->record(project, mails[i], message);
        const std::lock_guard lock{guard};
        run.reruns += outcome.reruns;
        if (outcome.status != Status::stored)
          run.failures.push_back(mails[i].message_id + ": " + outcome.detail);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  store.reset();  // a session's statistics are there once it has ended
  run.dump = database.dump();
  run.deadlocks = std::stoi(
      output_of("psql -qXAt " + quoted(database.superuser()) +
                " -c 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'"));
  return run;
}

}  // namespace

TEST_CASE("parallel and shuffled gives what one worker in sent order gives") {
  const auto threading =
      GENERATE(Threading::shallow, Threading::deep, Threading::two_senders, Threading::none,
               Threading::late_cover, Threading::version_in_thread);
  DYNAMIC_SECTION(name(threading)) {
    auto mails = traffic(threading, 4);
    const auto want = record(mails, 1);
    REQUIRE(want.failures.empty());
    REQUIRE(want.dump.find("\"parked\"") == std::string::npos);
    for (const unsigned seed : {1u, 2u}) {
      CAPTURE(seed);
      std::shuffle(mails.begin(), mails.end(), std::mt19937{seed});
      const auto got = record(mails, 8);
      WARN(name(threading) << ", seed " << seed << ": " << got.reruns << " re-runs of "
                           << mails.size() << " messages");
      CHECK(got.failures == std::vector<std::string>{});
      // What the locks are for: without them the constraints still hold, at the price of re-runs.
      CHECK(got.reruns <= static_cast<int>(mails.size()) / 15);
      CHECK(got.deadlocks == 0);
      REQUIRE(got.dump == want.dump);
    }
  }
}

TEST_CASE("the same mail from many at once is stored once") {
  const std::vector<Submission> copies(40, patch("a", {1, 1, 2}));
  const auto run = record(copies, 8);
  CHECK(run.failures.size() == 39);  // already stored
  CHECK(run.dump == record({copies.front()}, 1).dump);
}
