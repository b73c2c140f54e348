#include "core/series/groups.hpp"

#include "tests/support/catch.hpp"

using quilter::Groups;
using quilter::SlotClaim;

TEST_CASE("groups grow together while their slots are free") {
  Groups groups{{{1, ""}, {2, ""}, {2, ""}, {3, ""}}};
  groups.join(0, 1);
  CHECK(groups.of(1) == 0);
  CHECK_FALSE(groups.fit(0, 2));

  SECTION("a second claim on a slot stays outside") {
    groups.join(0, 2);
    CHECK(groups.of(2) == 2);
  }
  SECTION("two groups join with all their members, under the earliest") {
    groups.join(3, 2);
    CHECK(groups.of(3) == 2);
    CHECK_FALSE(groups.fit(0, 3));
  }
}

TEST_CASE("what is pinned to one anchor stays with it") {
  Groups groups{{{1, "a"}, {2, ""}, {3, "b"}, {4, "b"}}};
  CHECK_FALSE(groups.fit(0, 2));
  groups.join(1, 2);
  groups.join(0, 1);
  CHECK(groups.of(2) == 1);
  CHECK(groups.of(0) == 0);
  groups.join(3, 1);
  CHECK(groups.of(3) == 1);
}
