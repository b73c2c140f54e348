#include "core/series/identities.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using quilter::test::comment;
using quilter::test::patch;

namespace {

bool share_a_tie(const Submission& left, const Submission& right) {
  const auto a = tie_keys(identities(left, {}), 7), b = tie_keys(identities(right, {}), 7);
  return std::any_of(a.begin(), a.end(),
                     [&b](auto key) { return std::binary_search(b.begin(), b.end(), key); });
}

}  // namespace

TEST_CASE("mails that can be of one series share a tie") {
  CHECK(share_a_tie(patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {"q", "a"}, 9999)));
  CHECK(share_a_tie(patch("b", {1, 1, 2}, {"a"}), patch("c", {1, 2, 2}, {"a"}, 9999)));
  CHECK(share_a_tie(patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {}, 19)));
  CHECK_FALSE(share_a_tie(patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {}, 60)));
  CHECK_FALSE(share_a_tie(patch("a", {1, 1, 2}), patch("b", {2, 2, 2})));
  CHECK_FALSE(share_a_tie(patch("a", {}), patch("b", {})));
}

TEST_CASE("mails of one series within the window share a tie at every minute") {
  for (int start = 0; start < 40; ++start)
    for (int distance = 0; distance <= 20; ++distance)
      REQUIRE(share_a_tie(patch("a", {1, 1, 2}, {}, start),
                          patch("b", {1, 2, 2}, {}, start + distance)));
}

TEST_CASE("lock keys are sorted, without doubles, and hold the submitter's") {
  const auto wanted = identities(patch("a", {1, 1, 2}, {"b", "c", "a"}), {});
  const auto keys = lock_keys(wanted, 1);
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  CHECK(std::binary_search(keys.begin(), keys.end(), submitter_key(wanted)));
  CHECK(std::binary_search(keys.begin(), keys.end(), message_key("a", 1)));
  CHECK(std::binary_search(keys.begin(), keys.end(), message_key("c", 1)));
}

TEST_CASE("a comment ties nothing together, and locks what it names") {
  const auto wanted = identities(comment("x", {"a", "b"}), {});
  CHECK(wanted.ties.empty());
  CHECK(lock_keys(wanted, 1).size() == 4);  // itself, two ancestors, the submitter
}

TEST_CASE("a mail that names thousands ties few") {
  std::vector<MessageId> many;
  for (int i = 0; i < 64; ++i) many.push_back(std::to_string(i));
  CHECK(tying_ancestors(many) == std::vector<MessageId>{"0", "1", "2", "3", "63"});
}

TEST_CASE("projects lock apart, people together") {
  const auto wanted = identities(patch("a", {}), {});
  CHECK(message_key("a", 1) != message_key("a", 2));
  CHECK(submitter_key(wanted) == submitter_key(identities(patch("b", {}), {})));
}

// FNV-1a of "submitter ann@example.org" and of "project 1 message-id a@example.org", computed
// elsewhere.
TEST_CASE("lock keys never change between releases") {
  const auto wanted = identities(patch("a@example.org", {1, 1, 2}), {});
  CHECK(submitter_key(wanted) == static_cast<std::int64_t>(0xc2d13578c8b7ea4dULL));
  CHECK(message_key("a@example.org", 1) == static_cast<std::int64_t>(0xcc2a365bdea70c25ULL));
}
