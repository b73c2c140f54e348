#include "core/ingest/importer.hpp"

#include <algorithm>

#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_store.hpp"

using namespace quilter;
using namespace quilter::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

SourceMessage message(const std::string& id, const std::string& from, std::uint64_t next,
                      const std::string& list = "net.example.org") {
  SourceMessage one;
  one.message.bytes = "From: " + from + "@example.org\nMessage-ID: <" + id +
                      ">\nSubject: Re: x\nIn-Reply-To: <root@example.org>\nList-Id: <" + list +
                      ">\n\nbody\n";
  one.place = "byte " + std::to_string(next - 1);
  one.next = next;
  return one;
}

// A patch, so that it is kin to its sender's mails alone.
SourceMessage patch(const std::string& id, const std::string& from, std::uint64_t next) {
  auto one = message(id, from, next);
  auto& bytes = one.message.bytes;
  bytes.erase(bytes.find("In-Reply-To"), bytes.find("List-Id") - bytes.find("In-Reply-To"));
  bytes.replace(bytes.find("Re: x"), 5, "[PATCH] x");
  bytes += "---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";
  return one;
}

// Holds each mail of ann's until it is let go.
class HoldingStore final : public Store {
 public:
  RecordOutcome record(const Project&, const Submission& submission, const RawMessage& message,
                       const Patience& patience) override {
    std::unique_lock lock{guard};
    sizes.push_back(message.bytes.size());
    urgency = patience.urgency;
    begun.push_back(submission.message_id);
    changed.notify_all();
    if (submission.message_id == bug) throw std::logic_error{"a bug"};
    if (submission.submitter.address == "ann@example.org")
      changed.wait(lock, [this] { return let_go; });
    return {.status = Status::stored, .detail = {}};
  }
  void record_all(std::span<Errand* const> errands) override {
    {
      const std::lock_guard lock{guard};
      together.push_back(errands.size());
    }
    Store::record_all(errands);
  }
  std::vector<Project> projects() override { return {{1, "net", {"net.example.org"}, {}, "", ""}}; }
  int forget_parked(std::chrono::hours, int) override { return 0; }
  std::int64_t parked() override { return 0; }

  bool has_begun(const std::string& id) {
    const std::lock_guard lock{guard};
    return std::ranges::find(begun, id) != begun.end();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock{guard};
    changed.wait(lock, [&] { return begun.size() >= count; });
  }
  void release() {
    const std::lock_guard lock{guard};
    let_go = true;
    changed.notify_all();
  }

  std::mutex guard;
  std::condition_variable changed;
  std::vector<std::string> begun;
  std::vector<std::size_t> together, sizes;
  std::string bug;
  Urgency urgency = Urgency::live;
  bool let_go = false;
};

void put(Importer& importer, SourceMessage one) {
  while (!importer.offer(one, 1s)) {
  }
}

// One thread, that is busy with a mail of ann's.
struct Held {
  const mime::Library gmime{};
  HoldingStore store{};
  const Routes routes{store.projects()};
  Importer importer{store, routes, one_job()};

  Held() {
    put(importer, patch("1@x", "ann", 10));
    store.wait_for(1);
  }
  static ImportOptions one_job() {
    ImportOptions options;
    options.jobs = 1;
    return options;
  }
};

}  // namespace

TEST_CASE("what is settled has no gap before it, and kin waits for kin") {
  const mime::Library gmime;
  HoldingStore store;
  const Routes routes{store.projects()};
  Importer importer{store, routes, {}};
  put(importer, patch("1@x", "bob", 10));
  while (!importer.rest(1s)) {
  }
  put(importer, patch("2@x", "ann", 20));
  store.wait_for(2);
  put(importer, patch("3@x", "ann", 30));
  put(importer, patch("4@x", "eve", 40));
  while (importer.settled_messages() < 2) importer.rest(1ms);  // bob's and eve's
  CHECK_FALSE(importer.rest(1ms));
  CHECK_FALSE(store.has_begun("3@x"));
  CHECK(importer.settled() == 10U);
  store.release();
  while (!importer.rest(1s)) {
  }
  CHECK(importer.settled() == 40U);
  CHECK(importer.counts().recorded == 4);
  CHECK(store.urgency == Urgency::background);
  importer.begin_source();
  CHECK_FALSE(importer.settled());
}

TEST_CASE("neighbours are recorded together, kin too, in their order") {
  Held held;
  auto& [gmime, store, routes, importer] = held;
  for (const auto* id : {"2@x", "3@x", "4@x"}) put(importer, patch(id, "bob", 20));
  store.release();
  while (!importer.rest(1s)) {
  }
  CHECK(store.begun == std::vector<std::string>{"1@x", "2@x", "3@x", "4@x"});
  CHECK(store.together == std::vector<std::size_t>{1, 3});
}

TEST_CASE("a bug that one mail meets is that mail's failure, not that of its neighbours") {
  Held held;
  auto& [gmime, store, routes, importer] = held;
  store.bug = "3@x";
  for (const auto* id : {"2@x", "3@x", "4@x"}) put(importer, patch(id, "bob", 20));
  store.release();
  while (!importer.rest(1s)) {
  }
  const auto counts = importer.counts();
  CHECK(counts.recorded == 3);
  REQUIRE(counts.not_recorded.size() == 1);
  CHECK(counts.not_recorded[0].message_id == "3@x");
}

TEST_CASE(
    "of two copies of a message the first is recorded, also where it is too large for a batch") {
  Held held;
  auto& [gmime, store, routes, importer] = held;
  auto large = patch("2@x", "bob", 20), first = patch("3@x", "eve", 30);
  large.message.bytes += std::string(900'000, 'x');
  first.message.bytes += std::string(200'000, 'x');
  for (auto* one : {&large, &first}) put(importer, std::move(*one));
  put(importer, patch("3@x", "eve", 40));
  store.release();
  while (!importer.rest(1s)) {
  }
  REQUIRE(store.sizes.size() == 4);
  CHECK(store.sizes[2] > store.sizes[3]);
}

TEST_CASE("an import counts what became of each message, and goes past what is refused") {
  const mime::Library gmime;
  ScriptedStore store;
  store.answers["net"] = {.failure = Failure::refused, .detail = "23514 a check"};
  store.answers["mm"] = {.status = Status::already_stored, .detail = {}};
  const Routes routes{store.table};
  Importer importer{store, routes, {}};
  put(importer, message("1@x", "ann", 10));
  put(importer, message("2@x", "ann", 20, "mm.example.org"));
  put(importer, message("3@x", "ann", 30, "other.example.org"));
  while (!importer.rest(1s)) {
  }
  const auto counts = importer.counts();
  CHECK(importer.settled() == 30U);
  CHECK(counts.messages == 3);
  CHECK(counts.recorded == 0);
  CHECK(counts.already == 1);
  CHECK(counts.ignored == std::map<std::string, std::uint64_t>{{"no-project", 1}});
  REQUIRE(counts.not_recorded.size() == 1);
  CHECK(counts.not_recorded[0].place == "byte 9");
  CHECK(counts.not_recorded[0].message_id == "1@x");
  CHECK(counts.not_recorded[0].project == "net");
  CHECK(counts.not_recorded[0].why == "23514 a check");
}

TEST_CASE("what may pass is tried again, until the import is given up: then it is not settled") {
  const mime::Library gmime;
  ScriptedStore store;
  store.answers["net"] = {.failure = Failure::passing, .detail = "55P03 lock timeout"};
  const Routes routes{store.table};
  ImportOptions options;
  options.give_up_after = GENERATE(0ms, 3'600'000ms);
  Importer importer{store, routes, options};
  put(importer, message("1@x", "ann", 10));
  if (options.give_up_after == 0ms) {
    while (!importer.rest(1s)) {
    }
    CHECK_THAT(importer.gave_up().value(), Contains("<1@x>: 55P03"));
    CHECK_FALSE(importer.settled());
    return;
  }
  store.wait_for_records(2);
  {
    const std::lock_guard lock{store.guard};
    store.answers["net"] = {.status = Status::stored, .detail = {}};
  }
  while (!importer.rest(1s)) {
  }
  CHECK_FALSE(importer.gave_up());
  CHECK(importer.settled() == 10U);
}
