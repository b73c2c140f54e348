// Patches that were merged, in a database in which people decide at the same time.
#include "core/store/acceptance.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"
#include "tests/support/moved_meanwhile.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

const std::string merged_as(40, 'c');

// Patch a, which was merged.
struct MergedPatches : DemoDatabase {
  Acceptance acceptance{options_for(tracker()), std::nullopt};

  MergedPatches() { record(patch("a", {})); }
  std::vector<Accepted> scan(Trial trial = Trial::no) {
    return acceptance.accept({{.commit = merged_as,
                               .patch_id = {},
                               .message_ids = {"a"},
                               .author = "ann@example.org",
                               .subject = "name of a"}},
                             trial);
  }
  std::string state() const { return sql("SELECT state, commit_ref FROM patch"); }
};

}  // namespace

TEST_CASE("a patch that moves while it is accepted is accepted out of where it is then") {
  MergedPatches demo;
  move_meanwhile(demo, 2, "a");
  const auto found = demo.scan();
  REQUIRE(found.size() == 1);
  REQUIRE(found.front().outcome);
  CHECK(found.front().outcome->result == Result::applied);
  CHECK(demo.state() == "accepted|" + merged_as);
}

TEST_CASE("a patch that is put where it is to stay while it is accepted is left there") {
  MergedPatches demo;
  move_meanwhile(demo, 1, "a", "new", "rejected");
  const auto found = demo.scan();
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found.front().outcome);
  CHECK(found.front().patch.state == "rejected");
  CHECK(demo.state() == "rejected|");
}

TEST_CASE("a patch that never stands still is given up, and it is said why") {
  MergedPatches demo;
  move_meanwhile(demo, 1000, "a");
  const auto found = demo.scan(GENERATE(Trial::no, Trial::yes));
  REQUIRE(found.size() == 1);
  REQUIRE(found.front().outcome);
  CHECK(found.front().outcome->reason == Reason::stale);
  CHECK_THAT(found.front().outcome->detail, Contains("state is "));
  CHECK(demo.sql("SELECT last_value < 20 FROM moves") == "t");
}
