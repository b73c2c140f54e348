#include "core/store/archive.hpp"

#include <future>
#include <pqxx/pqxx>
#include <thread>

#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

struct ArchiveRecording {
  ReadyDatabase database;
  PostgresStore store{options(), {}};
  Project project = store.projects().front();

  StoreOptions options() const {
    StoreOptions options;
    options.connection = database.ingest();
    return options;
  }
  void record(const Submission& submission) {
    RawMessage message;
    message.bytes = "Subject: x\r\n\r\nbody\r\n";
    REQUIRE(store.record(project, submission, message, {}).status == Status::stored);
  }
};

// A mail for project "other" that is on its way: its foreign key holds that row.
class Arriving {
 public:
  explicit Arriving(const ReadyDatabase& database) : connection_{database.superuser()} {
    transaction_.exec(
        "UPDATE message SET project_id = (SELECT id FROM project WHERE name = 'other')");
  }
  void commit() { transaction_.commit(); }

 private:
  pqxx::connection connection_;
  pqxx::work transaction_{connection_};
};

void add_other(const ReadyDatabase& database) {
  Project other;
  other.name = "other";
  other.list_ids = {"other.example.org"};
  Archive{database.owner()}.add_project("root", other);
}

bool somebody_waits(pqxx::connection& connection) {
  pqxx::work transaction{connection};
  return !transaction
              .exec(
                  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND "
                  "wait_event_type = 'Lock'")
              .empty();
}

}  // namespace

TEST_CASE("an archive reads one state, whatever is recorded meanwhile") {
  ArchiveRecording recording;
  recording.record(patch("c", {1, 0, 1}));
  Archive archive{recording.database.owner()};
  REQUIRE(archive.members_of_project("demo").size() == 1);
  recording.record(patch("a", {1, 1, 1}, {"c"}, 1));
  recording.record(comment("x", {"a"}, 2));
  CHECK(archive.members_of_project("demo").size() == 1);
  CHECK_FALSE(archive.series_of_project("demo").front().complete);
  CHECK(archive.comments_of_project("demo").empty());
  CHECK(archive.people_of_project("demo").size() == 1);
  CHECK(archive.projects().front().messages == 1);
  CHECK(archive.raw_message("demo", "a") == std::nullopt);
  CHECK(Archive{recording.database.owner()}.members_of_project("demo").size() == 2);
}

TEST_CASE("what an archive changed, it reads") {
  const ReadyDatabase database;
  Archive archive{database.owner()};
  REQUIRE(archive.projects().size() == 1);
  archive.add_project("root", {.id = 0,
                               .name = "two",
                               .list_ids = {"two.example.org"},
                               .recipients = {},
                               .subject_match = "",
                               .list_tag = "",
                               .hint_rights = {{Hint::state, "ann@x.org"}}});
  CHECK(archive.projects().size() == 2);
  archive.change_project("root", "two", [](ProjectEntry& entry) { entry.tracked = false; });
  CHECK_FALSE(archive.projects().back().tracked);
  archive.remove_project("root", "two");
  CHECK_THROWS_WITH(archive.require_project("two"), Contains("there is no project two"));
}

TEST_CASE("a read that failed is said, and the next one begins anew") {
  const ReadyDatabase database;
  Archive archive{database.owner() + " options='-c lock_timeout=100ms'"};
  {
    pqxx::connection superuser{database.superuser()};
    pqxx::work lock{superuser};
    lock.exec("LOCK TABLE project");
    CHECK_THROWS_AS(archive.projects(), StoreError);
  }
  CHECK(archive.projects().size() == 1);
}

TEST_CASE("a patch's trailers are its own, then those of the comments on it, each once") {
  ArchiveRecording recording;
  auto mail = patch("a", {});
  mail.trailers = {{"Cc", "z"}, {"Cc", "b"}, {"Cc", "z"}};
  recording.record(mail);
  auto review = comment("x", {"a"}, 1);
  review.trailers = {{"Acked-by", "a"}, {"Cc", "b"}};
  recording.record(review);
  CHECK(Archive{recording.database.owner()}.find_patch("a").front().trailers ==
        std::vector<std::string>{"Cc: z", "Cc: b", "Acked-by: a"});
}

TEST_CASE("a project whose first mail is on its way is not removed") {
  ArchiveRecording recording;
  recording.record(patch("a", {}));
  add_other(recording.database);
  pqxx::connection observer{recording.database.superuser()};
  Archive archive{recording.database.owner()};
  Arriving mail{recording.database};
  auto removed =
      std::async(std::launch::async, [&archive] { archive.remove_project("root", "other"); });
  while (!somebody_waits(observer)) std::this_thread::yield();
  mail.commit();
  CHECK_THROWS_AS(removed.get(), Refused);
  CHECK(archive.projects().size() == 2);
}

TEST_CASE("a project is changed while mail for it is on its way") {
  ArchiveRecording recording;
  recording.record(patch("a", {}));
  add_other(recording.database);
  Arriving mail{recording.database};
  Archive archive{recording.database.owner() + " options='-c lock_timeout=1s'"};
  archive.change_project("root", "other",
                         [](ProjectEntry& entry) { entry.project.list_tag = "X"; });
  mail.commit();
  CHECK(archive.projects().back().project.list_tag == "X");
}
