// What comes into a neighbourhood together, held against a glimpse of it, is put where the whole
// neighbourhood says: mail after mail, whatever the batch.
#include "core/series/extend_batch.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/batched_archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/random_mails.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

using Batch = std::vector<Submission>;

std::vector<const Submission*> pointers(const Batch& batch) {
  std::vector<const Submission*> all;
  for (const auto& one : batch) all.push_back(&one);
  return all;
}

// A cover letter and the first five of ten patches, as the first batch.
Batch beginning() {
  Batch batch{patch("0@x", {1, 0, 10})};
  for (int n = 1; n <= 5; ++n)
    batch.push_back(patch(std::to_string(n) + "@x", {1, n, 10}, {"0@x"}, n));
  return batch;
}

Submission later(int number, std::vector<MessageId> ancestors = {"0@x"},
                 const std::string& from = "ann@example.org") {
  return patch(std::to_string(number) + "@x", {1, number, 10}, std::move(ancestors), number, from);
}

// Of one run of the sender's tool.
MessageId id_of(int number) {
  return "20260101000000.1-" + std::to_string(number) + "-a@x";
}
Submission sent(int number, std::vector<MessageId> ancestors = {"0@x"}) {
  return patch(id_of(number), {1, number, 10}, std::move(ancestors), number);
}

Submission renamed(Submission mail, const std::string& name) {
  mail.name = name;
  return mail;
}

Submission superseding(Submission mail) {
  mail.metadata.supersedes = {"1@x"};
  return mail;
}

struct Row {
  const char* what;
  Batch batch;
  int glimpses;  // mails of it for which one was enough
};

// A batch after the beginning. What its glimpse is not enough for is none the worse for it.
const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"siblings", {later(6), later(7), later(8)}, 3},
      {"in another order", {later(7), later(8), later(6)}, 3},
      {"to the end", {later(10), later(6), later(8), later(9), later(7)}, 5},
      {"beyond it", {later(11), later(12)}, 2},
      {"each in answer to the one before",
       {later(6, {"5@x"}), later(8, {"7@x"}), later(7, {"6@x"})},
       3},
      {"of two senders", {later(6), later(7, {"0@x"}, "bob@example.org")}, 2},
      {"with talk about them", {later(6), comment("c@x", {"6@x"}), later(7)}, 2},
      {"a slot that is taken", {later(6), patch("other@x", {1, 5, 10}, {"0@x"}, 9)}, 0},
      {"a slot that both claim", {later(6), patch("other@x", {1, 6, 10}, {"0@x"}, 9)}, 0},
      {"one that is answered by another of the batch", {sent(6), sent(8, {id_of(7)}), sent(9)}, 3},
      {"and comes after that one",
       {sent(6), sent(8, {id_of(7)}), patch(id_of(7), {1, 7, 10}, {"0@x"}, 9)},
       0},
      {"a name twice", {renamed(later(6), "mend it"), renamed(later(7), "mend it")}, 2},
      {"a second version", {later(6), patch("v2@x", {2, 1, 10}, {"0@x"}, 9)}, 0},
      {"one that says what it supersedes", {superseding(later(6)), later(7)}, 0},
      {"one that is earlier than all", {patch("6@x", {1, 6, 10}, {"0@x"}, -9), later(7)}, 0},
      {"an unnumbered one", {later(6), patch("fix@x", {}, {"5@x"}, 9)}, 0},
      {"of two threads", {later(6), later(7, {"0@x", "unknown@x"})}, 0}};
  return all;
}

void add_beginning_of_another(BatchedArchive& archive, Batch& all) {
  const Batch other{patch("o0@x", {1, 0, 10}, {}, 500), patch("o1@x", {1, 1, 10}, {"o0@x"}, 501)};
  archive.record(pointers(other));
  all.insert(all.end(), other.begin(), other.end());
}

std::string one_by_one(const Batch& mails) {
  MemoryArchive archive;
  for (const auto& mail : mails) archive.record(mail);
  return archive.dump();
}

}  // namespace

TEST_CASE("a batch that plainly extends a series needs a glimpse of it; any other, all of it") {
  for (const auto& row : rows()) {
    CAPTURE(row.what);
    auto all = beginning();
    BatchedArchive archive{0};
    archive.record(pointers(all));
    archive.record(pointers(row.batch));
    all.insert(all.end(), row.batch.begin(), row.batch.end());
    CHECK(archive.glimpses() == row.glimpses);
    CHECK(archive.archive().dump() == one_by_one(all));
  }
}

TEST_CASE("a batch that comes into two neighbourhoods needs a glimpse of each") {
  auto all = beginning();
  BatchedArchive archive{0};
  archive.record(pointers(all));
  add_beginning_of_another(archive, all);
  REQUIRE(archive.neighbourhoods() == 2);
  const Batch both{later(6), patch("o2@x", {1, 2, 10}, {"o0@x"}, 502), later(7),
                   patch("new@x", {1, 1, 3}, {}, 900)};
  archive.record(pointers(both));
  all.insert(all.end(), both.begin(), both.end());
  CHECK(archive.glimpses() == 3);
  CHECK(archive.neighbourhoods() == 3);
  CHECK(archive.archive().dump() == one_by_one(all));
}

TEST_CASE("where one needs to be read whole, a glimpse of the other is still enough") {
  auto all = beginning();
  BatchedArchive archive{0};
  archive.record(pointers(all));
  add_beginning_of_another(archive, all);
  const Batch both{later(6), patch("o2@x", {1, 1, 10}, {"o0@x"}, 502)};
  archive.record(pointers(both));
  all.insert(all.end(), both.begin(), both.end());
  CHECK(archive.glimpses() == 1);
  CHECK(archive.archive().dump() == one_by_one(all));
}

TEST_CASE("neighbourhoods that a batch makes one are read whole") {
  auto all = beginning();
  BatchedArchive archive{0};
  archive.record(pointers(all));
  add_beginning_of_another(archive, all);
  const Batch both{later(6), later(7, {"0@x", "o0@x"}), patch("o2@x", {1, 2, 10}, {"o0@x"}, 502)};
  archive.record(pointers(both));
  all.insert(all.end(), both.begin(), both.end());
  CHECK(archive.glimpses() == 0);
  CHECK(archive.neighbourhoods() == 1);
  CHECK(archive.archive().dump() == one_by_one(all));
}

TEST_CASE("a name that a batch brings twice into two versions is not told by a glimpse") {
  const auto* const name = GENERATE("mend it", "mend something else");
  auto all = beginning();
  BatchedArchive archive{0};
  archive.record(pointers(all));
  const Batch next{patch("v0@x", {2, 0, 10}, {"0@x"}, 20), patch("v1@x", {2, 1, 10}, {"v0@x"}, 21)};
  archive.record(pointers(next));
  const Batch both{renamed(patch("v2@x", {2, 2, 10}, {"v0@x"}, 30), "mend it"),
                   renamed(patch("6@x", {1, 6, 10}, {"0@x"}, 31), name)};
  archive.record(pointers(both));
  all.insert(all.end(), next.begin(), next.end());
  all.insert(all.end(), both.begin(), both.end());
  CHECK(archive.glimpses() == (name == std::string{"mend it"} ? 0 : 2));
  CHECK(archive.archive().dump() == one_by_one(all));
}

TEST_CASE("random mails give one state in batches, one by one, and whatever is read") {
  constexpr unsigned seed = 20261124;
  CAPTURE(seed);
  std::mt19937 random{seed};
  int glimpses = 0, all = 0;
  for (int round = 0; round < 6000; ++round) {
    CAPTURE(round);
    const auto mails = random_mails(random);
    BatchedArchive archive{0};
    for (std::size_t from = 0; from < mails.size();) {
      const auto size = std::min<std::size_t>(1 + random() % 6, mails.size() - from);
      std::vector<const Submission*> batch;
      for (std::size_t i = 0; i < size; ++i) batch.push_back(&mails[from + i]);
      archive.record(batch);
      from += size;
    }
    REQUIRE(archive.archive().dump() == one_by_one(mails));
    glimpses += archive.glimpses();
    all += static_cast<int>(mails.size());
  }
  CHECK(glimpses > all / 40);  // or this would test little
}
