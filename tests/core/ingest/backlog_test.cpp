#include "core/ingest/backlog.hpp"

#include <filesystem>
#include <semaphore>
#include <thread>

#include "core/ingest/ingest.hpp"
#include "core/mime/read_mail.hpp"
#include "core/spool/write_ahead.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"
#include "tests/support/scripted_store.hpp"

using namespace quilter;
using namespace quilter::test;
using namespace std::chrono_literals;

namespace {

const mime::Library gmime_of_backlog;

// Records nothing until it is released, and counts what is recorded in one go.
class GatedStore final : public Store {
 public:
  explicit GatedStore(ScriptedStore& store) : store_{store} {}
  RecordOutcome record(const Project& project, const Submission& submission,
                       const RawMessage& message, const Patience& patience) override {
    return store_.record(project, submission, message, patience);
  }
  void record_all(std::span<Errand* const> errands) override {
    const auto& sender = errands.front()->submission.submitter.address;
    if (gated && sender == held_up) {
      at_gate.release();
      gate.acquire();
    }
    {
      const std::lock_guard lock{guard};
      together.push_back(errands.size());
    }
    store_.record_all(errands);
  }
  bool is_away() const override { return away; }
  std::vector<Project> projects() override { return store_.projects(); }
  int forget_parked(std::chrono::hours, int) override { return 0; }
  std::int64_t parked() override { return 0; }

  std::string held_up = "ann@example.org";  // whose batches wait at the gate
  std::mutex guard;
  std::counting_semaphore<> at_gate{0}, gate{0};
  std::atomic<bool> gated = false, away = false;
  std::vector<std::size_t> together;

 private:
  ScriptedStore& store_;
};

SpoolOptions spool_options_of(const ScratchFolder& folder) {
  SpoolOptions options;
  options.folder = folder.path();
  options.min_free_bytes = 0;
  return options;
}

struct Ahead {
  explicit Ahead(const std::string& on_failure = "spool", std::chrono::milliseconds deadline = 5s,
                 int at_once = 1)
      : backlog{store, spool, {std::size_t{1} << 20U, at_once}},
        ingest{store, watch, spool, backlog, {deadline, on_failure}} {}
  ScriptedStore scripted;
  GatedStore store{scripted};
  ScratchFolder folder;
  Spool spool{spool_options_of(folder)};
  ProjectWatch watch{store, ""};
  Backlog backlog;
  Ingest ingest;

  std::size_t in_the_log() const { return WriteAhead::left_in(folder.path()).whole.size(); }
};

const std::string of_net = "List-Id: <net.example.org>\r\n";

RawMessage mail_of(int number, const std::string& lists = of_net, const std::string& from = "ann") {
  RawMessage message;
  message.queue_id = "Q" + std::to_string(number);
  message.envelope.forward_paths = {"secret@example.org"};
  message.bytes =
      "From: <" + from + "@example.org>\r\nMessage-ID: <" + std::to_string(number) +
      "@example.org>\r\nSubject: [PATCH] x\r\n" + lists +
      "\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n";
  return message;
}

}  // namespace

TEST_CASE("a message is answered once it is in the log, and recorded in a moment") {
  Ahead running;
  running.store.gated = true;
  CHECK(running.ingest.record(mail_of(
            1, "List-Id: <net.example.org>\r\nList-Id: <mm.example.org>\r\n")) == Status::spooled);
  const auto left = WriteAhead::left_in(running.folder.path()).whole;
  REQUIRE(left.size() == 1);
  CHECK(left[0].projects == std::vector<std::string>{"net", "mm"});
  CHECK(left[0].message.queue_id == "Q1");
  CHECK(left[0].message.envelope.forward_paths.empty());
  CHECK(running.scripted.recorded.empty());
  running.store.gate.release();
  running.backlog.drain();
  CHECK(running.scripted.recorded ==
        std::vector<std::string>{"net 1@example.org", "mm 1@example.org"});
  CHECK(running.in_the_log() == 0);
  CHECK(running.spool.status().waiting == 0);
}

TEST_CASE("those that come while others are recorded are recorded together") {
  Ahead running;
  running.store.gated = true;
  REQUIRE(running.ingest.record(mail_of(0)) == Status::spooled);
  running.store.at_gate.acquire();
  for (int i = 1; i < 40; ++i) REQUIRE(running.ingest.record(mail_of(i)) == Status::spooled);
  running.store.gate.release(100);
  running.backlog.drain();
  CHECK(running.scripted.recorded.size() == 40);
  CHECK(running.store.together == std::vector<std::size_t>{1, 32, 7});
}

TEST_CASE("what holds one batch up holds up no other sender's mail for long") {
  Ahead running{"spool", 5s, 2};
  running.store.gated = true;
  REQUIRE(running.ingest.record(mail_of(1)) == Status::spooled);
  running.store.at_gate.acquire();
  REQUIRE(running.ingest.record(mail_of(2)) == Status::spooled);  // of the same sender: it waits
  REQUIRE(running.ingest.record(mail_of(3, of_net, "bob")) == Status::spooled);
  running.scripted.wait_for_records(1);
  CHECK(running.scripted.recorded == std::vector<std::string>{"net 3@example.org"});
  running.store.gate.release(2);
  running.backlog.drain();
  CHECK(running.scripted.recorded ==
        std::vector<std::string>{"net 3@example.org", "net 1@example.org", "net 2@example.org"});
}

TEST_CASE("of two copies of a message the one that came first is recorded first") {
  Ahead running{"spool", 5s, 2};
  running.store.gated = true;
  running.store.held_up = "ann@example.org";
  REQUIRE(running.ingest.record(mail_of(1)) == Status::spooled);
  running.store.at_gate.acquire();
  REQUIRE(running.ingest.record(mail_of(1, of_net, "list")) == Status::spooled);  // From rewritten
  for (int i = 2; i < 30; ++i)
    REQUIRE(running.ingest.record(mail_of(i, of_net, "bob")) == Status::spooled);
  running.scripted.wait_for_records(28);
  running.store.gate.release(2);
  running.backlog.drain();
  const auto& recorded = running.scripted.recorded;
  REQUIRE(recorded.size() == 30);
  CHECK(std::count(recorded.begin(), recorded.begin() + 28, "net 1@example.org") == 0);
}

TEST_CASE("no more than a bound are answered ahead; who comes then records it himself") {
  Ahead running{"spool", 200ms};
  running.store.gated = true;
  REQUIRE(running.ingest.record(mail_of(0)) == Status::spooled);
  running.store.at_gate.acquire();
  int ahead = 1;
  while (running.ingest.record(mail_of(ahead)) == Status::spooled) ++ahead;
  CHECK(ahead == 65);  // one of them is being recorded
  CHECK(running.scripted.recorded == std::vector<std::string>{"net 65@example.org"});
  running.store.gate.release(100);
  running.backlog.drain();
  CHECK(running.scripted.recorded.size() == 66);
}

TEST_CASE("nothing is answered ahead where the answer is to be the database's") {
  const auto why =
      GENERATE(values<std::string>({"tempfail", "away", "large", "nothing to record"}));
  Ahead running{why == "tempfail" ? "tempfail" : "spool"};
  running.store.away = why == "away";
  auto mail = mail_of(1);
  if (why == "large") mail.bytes += std::string(Backlog::most_message_bytes, 'x');
  if (why == "nothing to record")
    mail.bytes = "Subject: hello\r\nList-Id: <net.example.org>\r\n\r\nhello\r\n";
  CHECK(running.ingest.record(mail) ==
        (why == "nothing to record" ? Status::ignored : Status::stored));
  CHECK(running.store.together.empty());
}

TEST_CASE("what the database does not take goes to the spool, and leaves the log") {
  struct Row {
    Failure failure;
    int waiting, failed;
  };
  const auto row = GENERATE(
      values<Row>({{Failure::away, 1, 0}, {Failure::passing, 1, 0}, {Failure::refused, 0, 1}}));
  Ahead running;
  running.scripted.answers["net"] = failure(row.failure);
  CHECK(running.ingest.record(mail_of(1)) == Status::spooled);
  running.backlog.drain();
  CHECK(running.spool.status().waiting == row.waiting);
  CHECK(running.spool.status().failed == row.failed);
  CHECK(running.in_the_log() == 0);
}

TEST_CASE("a bug that one mail meets when it was answered already sets that mail aside") {
  Ahead running;
  running.scripted.has_bug = true;
  CHECK(running.ingest.record(mail_of(1)) == Status::spooled);
  running.backlog.drain();
  CHECK(running.spool.status().failed == 1);
}

TEST_CASE(
    "what neither database nor spool takes is held in the log, and nothing is answered ahead "
    "until it got away") {
  ScratchFolder folder;
  auto full = spool_options_of(folder);
  full.max_files = 1;
  ScriptedStore scripted;
  GatedStore store{scripted};
  const ProjectWatch watch{store, ""};
  Spool spool{full};
  spool.keep({.message = mail_of(0), .projects = {"net"}, .arrived = {}, .reason = {}});
  {
    Backlog backlog{store, spool, {std::size_t{1} << 20U, 1}};
    Ingest ingest{store, watch, spool, backlog, {5s, "spool"}};
    scripted.answers["net"] = failure(Failure::passing);
    CHECK(ingest.record(mail_of(1)) == Status::spooled);
    backlog.drain();
    CHECK(WriteAhead::left_in(folder.path()).whole.size() == 1);
    CHECK(ingest.record(mail_of(2)) == Status::try_later);  // and so is its client's
    {
      const std::lock_guard lock{scripted.guard};
      scripted.answers["net"] = {.status = Status::stored, .detail = {}};
    }
    while (ingest.record(mail_of(3)) != Status::spooled) std::this_thread::yield();
    backlog.drain();
  }
  CHECK(WriteAhead::left_in(folder.path()).whole.empty());
}

TEST_CASE("what an earlier run left in the log goes to the spool") {
  ScratchFolder folder;
  ScriptedStore store;
  Spool spool{spool_options_of(folder)};
  {
    WriteAhead log;
    log.begin(folder.path(), std::size_t{1} << 20U);
    for (int i = 0; i < 3; ++i) {
      const auto mail = mail_of(i);
      REQUIRE(log.put(header_of(mail, {"net"}, {}, ""), mail.bytes));
    }
  }
  {
    const Backlog backlog{store, spool, {std::size_t{1} << 20U, 1}};
    CHECK(spool.status().waiting == 3);
    CHECK(WriteAhead::left_in(folder.path()).whole.empty());
  }
  const auto kept = std::get<Spooled>(spool.claim(spool.waiting().at(1))->read());
  CHECK(kept.message.queue_id == "Q1");
  CHECK(kept.projects == std::vector<std::string>{"net"});
}

TEST_CASE("where the spool has no room for what an earlier run left, it stays in the log") {
  ScratchFolder folder;
  ScriptedStore store;
  auto full = spool_options_of(folder);
  full.max_files = 1;
  Spool spool{full};
  {
    WriteAhead log;
    log.begin(folder.path(), std::size_t{1} << 20U);
    for (int i = 0; i < 3; ++i) {
      const auto mail = mail_of(i);
      REQUIRE(log.put(header_of(mail, {"net"}, {}, ""), mail.bytes));
    }
  }
  const Backlog backlog{store, spool, {std::size_t{1} << 20U, 1}};
  CHECK(WriteAhead::left_in(folder.path()).whole.size() == 3);
}
