// What administrators decide about series, and mail that comes afterwards.
#include <algorithm>
#include <atomic>
#include <pqxx/pqxx>
#include <random>
#include <thread>

#include "core/store/archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

struct SeriesRecording : DemoDatabase {
  Archive archive{owner()};
};

// "c=0 a=1" of a series.
std::string shown(Archive&& archive, std::int64_t series) {
  std::string text;
  for (const auto& member : archive.members(series))
    text += (text.empty() ? "" : " ") + member.message_id + "=" + std::to_string(member.number);
  return text;
}

}  // namespace

TEST_CASE("two series are merged by hand, and late mail finds the merged one") {
  SeriesRecording recording;
  const auto first = recording.record(patch("a", {1, 1, 4}, {}, 0));
  const auto second = recording.record(patch("c", {1, 3, 4}, {}, 60, "eve@example.org"));
  REQUIRE(first != second);
  CHECK(recording.archive.merge_series("root", second, first, {}) == first);  // the older id stays
  CHECK(shown(Archive{recording.owner()}, first) == "a=1 c=3");
  CHECK(Archive{recording.owner()}.series(second)->merged_into == first);
  CHECK(recording.record(patch("b", {1, 2, 4}, {"a"}, 1)) == first);
  CHECK(recording.record(patch("d", {1, 4, 4}, {"c"}, 61, "eve@example.org")) == first);
  CHECK(Archive{recording.owner()}.series(first)->complete);
}

TEST_CASE("a series is split by hand, and late mail does not join it again") {
  SeriesRecording recording;
  const auto first = recording.record(patch("c", {1, 0, 4}));
  for (int n = 1; n <= 3; ++n)
    CHECK(recording.record(patch("p" + std::to_string(n), {1, n, 4}, {"c"}, n)) == first);
  const auto second = recording.archive.split_series("root", first, {2, 3}, {});
  REQUIRE(second != first);
  CHECK(shown(Archive{recording.owner()}, first) == "c=0 p1=1");
  CHECK(shown(Archive{recording.owner()}, second) == "p2=2 p3=3");
  CHECK(recording.record(patch("p4", {1, 4, 4}, {"c"}, 4)) == first);
  CHECK(shown(Archive{recording.owner()}, second) == "p2=2 p3=3");
}

TEST_CASE("what stays keeps the number, also where the cover letter leaves") {
  SeriesRecording recording;
  const auto first = recording.record(patch("c", {1, 0, 2}));
  recording.record(patch("p1", {1, 1, 2}, {"c"}, 1));
  recording.record(patch("p2", {1, 2, 2}, {"c"}, 2));
  const auto second = recording.archive.split_series("root", first, {0}, {});
  REQUIRE(second != first);
  CHECK(shown(Archive{recording.owner()}, first) == "p1=1 p2=2");
  CHECK(shown(Archive{recording.owner()}, second) == "c=0");
}

TEST_CASE("a merged series is of the version that was named first, whatever an earlier mail says") {
  SeriesRecording recording;
  const auto stray = recording.record(patch("s", {1, 3, 9}, {}, 0));
  const auto kept = recording.record(patch("c", {2, 0, 3}, {}, 60));
  recording.record(patch("p1", {2, 1, 3}, {"c"}, 61));
  recording.record(patch("p2", {2, 2, 3}, {"c"}, 62));
  const auto merged = recording.archive.merge_series("root", kept, stray, {});
  const auto series = Archive{recording.owner()}.series(merged);
  CHECK(series->version == 2);
  CHECK(series->total == 3);
  CHECK(series->complete);
}

TEST_CASE("a project can be removed once all that it had is forgotten") {
  SeriesRecording recording;
  recording.record(comment("old", {"nothing"}));
  {
    pqxx::connection connection{recording.superuser()};
    pqxx::work transaction{connection};
    transaction.exec("UPDATE message SET received_at = now() - interval '31 days'");
    transaction.commit();
  }
  CHECK(recording.store.forget_parked(std::chrono::hours{0}, 50) == 1);
  recording.archive.remove_project("root", "demo");
  CHECK(Archive{recording.owner()}.projects().empty());
}

TEST_CASE("what cannot be merged or split is refused, and changes nothing") {
  SeriesRecording recording;
  const auto first = recording.record(patch("a", {1, 1, 2}, {}, 0));
  const auto second = recording.record(patch("b", {1, 1, 2}, {}, 60));
  const auto before = recording.dump();
  auto& archive = recording.archive;
  CHECK_THROWS_WITH(archive.merge_series("root", first, second, {}),
                    Contains("number 1 is in both"));
  CHECK_THROWS_WITH(archive.merge_series("root", first, 99, {}), Contains("there is no series 99"));
  CHECK_THROWS_WITH(archive.merge_series("root", first, first, {}), Contains("with itself"));
  CHECK_THROWS_WITH(archive.split_series("root", first, {2}, {}), Contains("number 2 is not in"));
  CHECK_THROWS_WITH(archive.split_series("root", first, {1}, {}), Contains("not all of them"));
  CHECK(recording.dump() == before);
}

TEST_CASE("the ingest role cannot decide about series") {
  SeriesRecording recording;
  const auto first = recording.record(patch("a", {1, 1, 3}, {}, 0));
  const auto second = recording.record(patch("b", {1, 2, 3}, {}, 60));
  recording.ask("INSERT INTO account (login, admin) VALUES ('root', true)");
  CHECK_THROWS_WITH(Archive{recording.ingest()}.merge_series("root", first, second, {}),
                    Contains("permission denied"));
}

TEST_CASE("merging while mail of both series comes in gives what merging afterwards gives") {
  std::string want;
  for (const bool at_once : {false, true}) {
    SeriesRecording recording;
    const auto first = recording.record(patch("a0", {1, 0, 20}));
    const auto second = recording.record(patch("b10", {1, 10, 20}, {}, 600));
    std::vector<Submission> mails;
    for (int n = 1; n <= 19; ++n)
      if (n != 10)
        mails.push_back(patch((n < 10 ? "a" : "b") + std::to_string(n), {1, n, 20},
                              {n < 10 ? "a0" : "b10"}, n < 10 ? n : 600 + n));
    std::shuffle(mails.begin(), mails.end(), std::mt19937{7});
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 4; ++worker)
      threads.emplace_back([&] {
        RawMessage message;
        for (std::size_t i = 0; (i = next++) < mails.size();)
          recording.store.record(recording.project, mails[i], message, {});
      });
    if (at_once) recording.archive.merge_series("root", first, second, {});
    for (auto& thread : threads) thread.join();
    if (!at_once) recording.archive.merge_series("root", first, second, {});
    const auto dump = recording.dump();
    if (want.empty()) want = dump;
    CHECK(dump == want);
  }
}

TEST_CASE("comments that wait in vain are forgotten after their time, others are not") {
  SeriesRecording recording;
  recording.record(patch("a", {}));
  recording.record(comment("on a", {"a"}));
  recording.record(comment("old", {"nothing"}));
  recording.record(comment("new", {"nothing else"}));
  {
    pqxx::connection connection{recording.superuser()};
    pqxx::work transaction{connection};
    transaction.exec(
        "UPDATE message SET received_at = now() - interval '31 days' WHERE "
        "message_id <> 'new'");
    transaction.commit();
  }
  CHECK(recording.store.forget_parked(std::chrono::hours{32 * 24}, 50) == 0);
  CHECK(recording.store.forget_parked(std::chrono::hours{0}, 50) == 1);
  CHECK(recording.store.forget_parked(std::chrono::hours{0}, 50) == 0);
  CHECK_THAT(recording.dump(), !Contains("\"old\"") && Contains("on a"));
  recording.record(comment("old", {"nothing"}));  // comes again, waits again
  recording.record(patch("nothing", {}));
  CHECK_THAT(recording.dump(), !Contains("parked") || Contains("new"));
}

TEST_CASE("forgetting leaves what somebody holds") {
  SeriesRecording recording;
  recording.record(comment("old", {"nothing"}));
  pqxx::connection connection{recording.superuser()};
  {
    pqxx::work transaction{connection};
    transaction.exec("UPDATE message SET received_at = now() - interval '31 days'");
    transaction.commit();
  }
  pqxx::work holder{connection};
  holder.exec("SELECT FROM comment FOR UPDATE");
  CHECK(recording.store.forget_parked(std::chrono::hours{0}, 50) == 0);
  holder.commit();
  CHECK(recording.store.forget_parked(std::chrono::hours{0}, 50) == 1);
}
