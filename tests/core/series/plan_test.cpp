#include "core/series/plan.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/memory_archive.hpp"

using namespace quilter;
using quilter::test::comment;
using quilter::test::MemoryArchive;
using quilter::test::patch;

namespace {

MemoryArchive archive_of(const std::vector<Submission>& mails) {
  MemoryArchive archive;
  for (const auto& mail : mails) archive.record(mail);
  return archive;
}

std::string plan(const Submission& submission, const std::vector<Submission>& recorded) {
  return describe(make_plan(submission, archive_of(recorded).facts_for(submission), {}));
}

}  // namespace

TEST_CASE("a plan says what one submission changes, and no more") {
  CHECK(plan(patch("a", {1, 1, 2}), {}) ==
        "insert person\ninsert new series #0: v1 of 2, name of a, ann@example.org\nplace in new "
        "series #0\n");
  CHECK(plan(patch("b", {1, 2, 2}, {"a"}, 1), {patch("a", {1, 1, 2})}) ==
        "update series 1: v1 of 2, name of a, ann@example.org, completed\nplace in series 1\n");
  CHECK(plan(patch("x", {1, 3, 2}, {"a"}, 1),
             {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {"a"}, 1)}) == "place in series 1\n");
}

TEST_CASE("a late cover letter names the series that its patches have made") {
  CHECK(plan(patch("c", {1, 0, 2}),
             {patch("a", {1, 1, 2}, {"c"}, 1), patch("b", {1, 2, 2}, {"c"}, 2)}) ==
        "rename person\nupdate series 1: v1 of 2, name of c, ann@example.org\nplace in series 1\n");
}

TEST_CASE("a late mail proves two series to be one: the older id stays, the other redirects") {
  const std::vector<Submission> apart{patch("a", {1, 1, 3}, {}, 0, "ann@example.org"),
                                      patch("d", {1, 3, 3}, {"b"}, 2, "ann@example.org")};
  CHECK(plan(patch("b", {1, 2, 3}, {"a"}, 1), apart) ==
        "update series 1: v1 of 3, name of a, ann@example.org, completed\nredirect series 2 to "
        "series 1\n"
        "move d to series 1\nplace in series 1\n");
}

TEST_CASE("comments are parked, and adopted when what they answer comes") {
  CHECK(plan(comment("x", {"a"}), {}) == "insert person\n");
  CHECK(plan(comment("x", {"a"}), {patch("a", {})}) == "insert person\ncomment on a\n");
  CHECK(plan(patch("a", {}), {comment("x", {"a"}), comment("y", {"x"})}) ==
        "insert person\ninsert new series #0: v1 of 1, name of a, ann@example.org, "
        "completed\nplace in new series #0\n"
        "adopt x to a\nadopt y to a\n");
}

TEST_CASE("a late comment joins the one that answers it to its patch") {
  CHECK(plan(comment("x", {"a"}, 1), {patch("a", {}), comment("y", {"x"}, 2)}) ==
        "rename person\ncomment on a\nadopt y to a\n");
}

TEST_CASE("a person is named by their earliest mail that has a name, in any order") {
  auto nameless = patch("a", {}, {}, 0), named = patch("b", {}, {}, 5),
       renamed = patch("c", {}, {}, 9);
  nameless.submitter.name = "";
  named.submitter.name = "Ann";
  renamed.submitter.name = "Ann Other";
  std::vector<Submission> mails{nameless, named, renamed};
  const auto by_id = [](const auto& left, const auto& right) {
    return left.message_id < right.message_id;
  };
  do {
    REQUIRE(archive_of(mails).facts_for(named).person->name == "Ann");
  } while (std::next_permutation(mails.begin(), mails.end(), by_id));
}

TEST_CASE("every order of arrival gives the state that stitch describes") {
  // A thread with everything: two versions, late covers, a resend, comments on comments, an
  // unthreaded series.
  const std::vector<Submission> mails{patch("c", {1, 0, 2}),
                                      patch("a", {1, 1, 2}, {"c"}, 1),
                                      patch("b", {1, 2, 2}, {"c"}, 2),
                                      comment("x", {"a", "c"}, 5),
                                      patch("c2", {2, 0, 2}, {"c"}, 30),
                                      patch("a2", {2, 1, 2}, {"c2"}, 31),
                                      patch("b2", {2, 2, 2}, {"c2"}, 32),
                                      comment("y", {"x"}, 40),
                                      comment("z", {"y", "b2"}, 41),
                                      patch("r", {1, 2, 2}, {"b"}, 50),
                                      patch("u1", {1, 1, 3}, {}, 60),
                                      patch("u3", {1, 3, 3}, {}, 61),
                                      patch("u0", {1, 0, 3}, {}, 59),
                                      patch("u2", {1, 2, 3}, {"u1"}, 60)};
  const auto want = archive_of(mails).dump();
  CAPTURE(want);
  REQUIRE(want.find("c: v1") != std::string::npos);

  constexpr unsigned seed = 20261121;
  CAPTURE(seed);
  std::mt19937 random{seed};
  auto shuffled = mails;
  for (int round = 0; round < 2000; ++round) {
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    REQUIRE(archive_of(shuffled).dump() == want);
  }
}
