#include "core/ingest/ingest.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "core/ingest/forgetting.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;

namespace {

// A Store that says what it is told to say, project by project.
class ScriptedStore final : public Store {
 public:
  RecordOutcome record(const Project& project, const Submission& submission,
                       const RawMessage&) override {
    recorded.push_back(project.name + " " + submission.message_id);
    return {.status = answers[project.name], .detail = "as told"};
  }
  int forget_parked(std::chrono::hours age, int) override {
    const std::lock_guard lock{guard};
    ++reads;
    read.notify_all();
    if (away) throw StoreError{"away"};
    forgotten_after = age;
    return std::exchange(parked, 0);
  }
  std::vector<Project> projects() override {
    const std::lock_guard lock{guard};
    ++reads;
    read.notify_all();
    if (away) throw StoreError{"away"};
    return table;
  }
  void wait_for_reads(int more) {
    std::unique_lock lock{guard};
    const int target = reads + more;
    read.wait(lock, [&] { return reads >= target; });
  }

  std::vector<Project> table{{1, "net", {"net.example.org"}, {}, "", ""},
                             {2, "mm", {"mm.example.org"}, {}, "", ""}};
  std::map<std::string, Status> answers{{"net", Status::stored}, {"mm", Status::stored}};
  std::vector<std::string> recorded;
  std::mutex guard;
  std::condition_variable read;
  int reads = 0;
  int parked = 0;
  std::chrono::hours forgotten_after{0};
  bool away = false;
};

const mime::Library gmime;

RawMessage message(const std::string& fields) {
  RawMessage message;
  message.queue_id = "4F3A1";
  message.bytes = "From: Ann <ann@example.org>\r\nMessage-ID: <a@example.org>\r\n" + fields +
                  "\r\n\r\nWhy.\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 "
                  "@@\r\n-x\r\n+y\r\n";
  return message;
}

}  // namespace

TEST_CASE("a patch is recorded in each project that it is for") {
  ScriptedStore store;
  const ProjectWatch watch{store};
  Ingest ingest{store, watch};
  CHECK(ingest.wants({.list_fields = {"<mm.example.org>"}, .forward_paths = {}}));
  CHECK(ingest.record(message(
            "Subject: [PATCH] x\r\nList-Id: <net.example.org>\r\nList-Id: <mm.example.org>")) ==
        Status::stored);
  CHECK(store.recorded == std::vector<std::string>{"net a@example.org", "mm a@example.org"});
}

TEST_CASE("the answer is that of the project that fared worst") {
  struct Row {
    Status net, mm, want;
  };
  const auto row = GENERATE(
      values<Row>({{Status::stored, Status::try_later, Status::try_later},
                   {Status::already_stored, Status::stored, Status::stored},
                   {Status::already_stored, Status::already_stored, Status::already_stored}}));
  ScriptedStore store;
  store.answers = {{"net", row.net}, {"mm", row.mm}};
  const ProjectWatch watch{store};
  Ingest ingest{store, watch};
  CHECK(ingest.record(message(
            "Subject: [PATCH] x\r\nList-Id: <net.example.org>\r\nList-Id: <mm.example.org>")) ==
        row.want);
}

TEST_CASE("what is nothing to a tracker is ignored, and never reaches the store") {
  ScriptedStore store;
  const ProjectWatch watch{store};
  Ingest ingest{store, watch};
  auto talk = message("Subject: hello\r\nList-Id: <net.example.org>");
  talk.bytes.resize(talk.bytes.find("Why."));
  CHECK(ingest.record(talk) == Status::ignored);
  CHECK(ingest.record(message("Subject: [PATCH] x\r\nList-Id: <other.example.org>")) ==
        Status::ignored);
  CHECK(store.recorded.empty());
}

TEST_CASE(
    "a change of the project table is seen without a restart, and outlasts a database that is "
    "away") {
  ScriptedStore store;
  const ProjectWatch watch{store, std::chrono::milliseconds{1}};
  Ingest ingest{store, watch};
  const ListMarks fs{.list_fields = {"<fs.example.org>"}, .forward_paths = {}};
  CHECK_FALSE(ingest.wants(fs));
  {
    const std::lock_guard lock{store.guard};
    store.table.push_back({3, "fs", {"fs.example.org"}, {}, "", ""});
  }
  store.wait_for_reads(2);  // the second read begins after the first has been published
  CHECK(ingest.wants(fs));
  {
    const std::lock_guard lock{store.guard};
    store.away = true;
  }
  store.wait_for_reads(2);
  CHECK(ingest.wants(fs));
}

TEST_CASE("comments are forgotten now and then, until none is left, also after a failure") {
  ScriptedStore store;
  store.parked = 7;
  {
    const Forgetting forgetting{store, std::chrono::hours{48}, std::chrono::milliseconds{1}};
    store.wait_for_reads(3);
    {
      const std::lock_guard lock{store.guard};
      CHECK(store.parked == 0);
      CHECK(store.forgotten_after == std::chrono::hours{48});
      store.away = true;
    }
    store.wait_for_reads(2);
    const std::lock_guard lock{store.guard};
    store.away = false;
    store.parked = 1;
  }
}

TEST_CASE("comments are kept for ever where that is asked for") {
  ScriptedStore store;
  store.parked = 7;
  { const Forgetting forgetting{store, std::chrono::hours{0}, std::chrono::milliseconds{1}}; }
  CHECK(store.parked == 7);
}

TEST_CASE("a list's address is made from its list id") {
  const auto list = profile({1, "net", {"net.example.org"}, {"net-out@example.org"}, "", "NET"});
  CHECK(list.list_addresses == std::vector<std::string>{"net-out@example.org", "net@example.org"});
  CHECK(list.list_tag == "NET");
}
