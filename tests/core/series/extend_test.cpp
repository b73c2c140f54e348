// The short way says what the long way says, whenever it says anything.
#include "core/series/extend.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/memory_archive.hpp"
#include "tests/support/random_mails.hpp"
#include "tests/support/tie_book.hpp"

using namespace quilter;
using quilter::test::MemoryArchive;
using quilter::test::patch;
using quilter::test::random_mails;
using quilter::test::TieBook;

TEST_CASE("in a thread that comes in order every patch goes the short way, but the first") {
  struct Row {
    const char* what;
    std::vector<MessageId> (*ancestors)(int);
  };
  const auto row = GENERATE(
      values<Row>({{"shallow", [](int) { return std::vector<MessageId>{"0@x"}; }},
                   {"deep",
                    [](int n) {
                      std::vector<MessageId> all;
                      for (int at = n; at-- > 0;) all.push_back(std::to_string(at) + "@x");
                      return all;
                    }},
                   {"In-Reply-To only",
                    [](int n) { return std::vector<MessageId>{std::to_string(n - 1) + "@x"}; }},
                   {"unthreaded", [](int) { return std::vector<MessageId>{}; }}}));
  CAPTURE(row.what);
  MemoryArchive archive;
  TieBook ties;
  const auto cover = patch("0@x", {1, 0, 30});
  archive.record(cover);
  ties.add(cover);
  for (int n = 1; n <= 30; ++n) {
    const auto mail = patch(std::to_string(n) + "@x", {1, n, 30}, row.ancestors(n), n);
    const auto facts = archive.facts_for(mail);
    const auto write = extend(mail, ties.glimpse(mail, facts), {});
    REQUIRE(write);
    CHECK(write->row.received == n);
    CHECK(write->completed == (n == 30));
    archive.record(mail);
    ties.add(mail);
  }
}

TEST_CASE("the short way and the long way give one state") {
  constexpr unsigned seed = 20261122;
  CAPTURE(seed);
  std::mt19937 random{seed};
  int short_ways = 0, all = 0;
  for (int round = 0; round < 3000; ++round) {
    MemoryArchive archive;
    TieBook ties;
    for (const auto& mail : random_mails(random)) {
      auto facts = archive.facts_for(mail);
      const auto full = make_plan(mail, facts, {});
      facts.extended = extend(mail, ties.glimpse(mail, facts), {});
      if (facts.extended) {
        auto quick = archive;
        quick.apply(mail, make_plan(mail, facts, {}));
        archive.apply(mail, full);
        REQUIRE(quick.dump() == archive.dump());
        ++short_ways;
      } else {
        archive.apply(mail, full);
      }
      ties.add(mail);
      ++all;
    }
  }
  CHECK(short_ways > all / 10);  // or this would test nothing
}

TEST_CASE("the neighbourhood and the whole archive give one state") {
  constexpr unsigned seed = 20261123;
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 3000; ++round) {
    MemoryArchive whole, near;
    TieBook ties;
    for (const auto& mail : random_mails(random)) {
      whole.record(mail);
      const auto facts = ties.neighbourhood(mail, near.facts_for(mail));
      near.apply(mail, make_plan(mail, facts, {}));
      ties.add(mail);
    }
    REQUIRE(near.dump() == whole.dump());
  }
}
