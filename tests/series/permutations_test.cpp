// Any order, one result: tests/series/NNN-what.mbox groups as its .want says, and every order of
// arrival gives one state, to the byte. What it grouped as is written to .got, which git ignores;
// tests/accept copies it over .want.
//
// Tags: [.corpus] does the same with the series of the folder that QUILTER_CORPUS names, without
// .want; [.postgres] records a sample through PostgreSQL.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <span>

#include "core/store/batch.hpp"
#include "core/store/postgres_store.hpp"
#include "tests/series/grouping.hpp"
#include "tests/series/mails.hpp"
#include "tests/series/orders.hpp"
#include "tests/support/batched_archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_archive.hpp"
#include "tests/support/scratch_database.hpp"
#include "tests/support/tie_book.hpp"

namespace quilter::test {
namespace {

namespace fs = std::filesystem;

const ListProfile list{"widgets", {"widgets@lists.example.org"}};

std::vector<fs::path> mboxes(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().extension() == ".mbox") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// One archive reads all it holds before each mail; the other, as the database does, only the mail's
// neighbourhood, or a glimpse of it where that is enough.
class BothWays {
 public:
  void record(const Submission& submission) {
    whole_.record(submission);
    if (!seen_.insert(submission.message_id).second) return;
    auto facts = ties_.neighbourhood(submission, near_.facts_for(submission));
    if (submission.kind != Kind::comment)
      facts.extended = extend(submission, ties_.glimpse(submission, facts), {});
    short_ways_ += facts.extended ? 1 : 0;
    near_.apply(submission, make_plan(submission, facts, {}));
    ties_.add(submission);
  }

  std::string whole() const { return state(whole_); }
  std::string near() const { return state(near_); }
  int short_ways() const { return short_ways_; }

 private:
  static std::string state(const MemoryArchive& archive) {
    return describe(grouping_of(archive.facts_for({}))) + archive.dump();
  }

  MemoryArchive whole_, near_;
  TieBook ties_;
  std::set<MessageId> seen_;
  int short_ways_ = 0;
};

// And in batches, as `import` does: those that come together are planned together. What comes into
// a neighbourhood of so few as are here is held against all of it, or, as if it were large, against
// a glimpse where that is enough.
std::string in_batches(BatchedArchive archive, const std::vector<ReadMail>& mails,
                       const Order& order, std::mt19937& random, int& glimpses) {
  for (std::size_t from = 0; from < order.size();) {
    const auto size = std::min<std::size_t>(1 + random() % 6, order.size() - from);
    std::vector<const Submission*> batch;
    for (std::size_t i = 0; i < size; ++i) batch.push_back(&mails[order[from + i]].submission);
    archive.record(batch);
    from += size;
  }
  glimpses += archive.glimpses();
  return describe(grouping_of(archive.archive().facts_for({}))) + archive.archive().dump();
}

struct Tally {
  int files = 0, orders = 0, short_ways = 0, glimpses = 0;
};

void check_all_orders(const std::vector<ReadMail>& mails, Tally& tally) {
  BothWays in_order;
  for (const auto& mail : mails) in_order.record(mail.submission);
  const auto want = in_order.whole();
  ++tally.files;
  std::mt19937 sizes{order_seed};
  for_each_order(mails.size(), [&](const Order& order) {
    BothWays archives;
    for (const auto at : order) archives.record(mails[at].submission);
    ++tally.orders;
    tally.short_ways += archives.short_ways();
    const auto batched = in_batches(BatchedArchive{}, mails, order, sizes, tally.glimpses);
    const auto glimpsed = in_batches(BatchedArchive{0}, mails, order, sizes, tally.glimpses);
    if (archives.whole() == want && archives.near() == want && batched == want && glimpsed == want)
      return;
    CAPTURE(order_seed, order);
    REQUIRE(archives.whole() == want);
    REQUIRE(archives.near() == want);
    REQUIRE(batched == want);
    REQUIRE(glimpsed == want);
  });
}

void report(const Tally& tally) {
  WARN(tally.files << " files, " << tally.orders << " orders (seed " << order_seed << "), "
                   << tally.short_ways << " mails by the short way, in batches " << tally.glimpses);
  CHECK(tally.short_ways > tally.orders / 10);  // or that would be tested by nothing
  CHECK(tally.glimpses > tally.orders / 10);
}

// As if every neighbourhood were large.
void record_glimpsed(const ReadyDatabase& database, std::span<Errand* const> batch) {
  pqxx::connection session{database.ingest()};
  pqxx::work transaction{session};
  record_batch(transaction, "", batch, {}, {.members_a_mail = 0});
  transaction.commit();
}

enum class Read : std::uint8_t { whole, glimpsed };

// What the database has once the mails came in that order, so many at once.
std::string dump_of(const std::vector<ReadMail>& mails, const Order& order, std::size_t at_once = 1,
                    Read read = Read::whole) {
  const ReadyDatabase database;
  StoreOptions options;
  options.connection = database.ingest();
  PostgresStore store{options, StitchOptions{}};
  const auto project = store.projects().front();
  std::vector<Errand> errands;
  for (const auto at : order)
    errands.push_back({project, mails[at].submission, mails[at].message, {}, {}});
  std::vector<Errand*> all;
  for (auto& errand : errands) all.push_back(&errand);
  for (auto left = std::span<Errand* const>{all}; !left.empty();) {
    const auto batch = left.first(std::min(at_once, left.size()));
    if (read == Read::glimpsed)
      record_glimpsed(database, batch);
    else
      store.record_all(batch);
    left = left.subspan(batch.size());
  }
  for (const auto& [to, submission, message, patience, outcome] : errands) {
    INFO(submission.message_id << ": " << outcome.detail);
    CHECK(outcome.reruns == 0);  // a batch that fails is recorded one by one
    REQUIRE((outcome.status == Status::stored || outcome.status == Status::already_stored));
  }
  return database.dump();
}

}  // namespace

TEST_CASE("every mbox groups as its .want says, and in every order of arrival") {
  const mime::Library gmime;
  Tally tally;
  for (auto file : mboxes("tests/series")) {
    CAPTURE(file.string());
    const auto mails = mails_of(file, list);
    MemoryArchive archive;
    for (const auto& mail : mails) archive.record(mail.submission);
    const auto got = describe(grouping_of(archive.facts_for({})));
    std::ofstream{file.replace_extension(".got"), std::ios::binary} << got;
    CHECK(got == slurp(file.replace_extension(".want")));
    check_all_orders(mails, tally);
  }
  report(tally);
  CHECK(tally.files >= 25);
}

TEST_CASE("every order of real mail gives one state", "[.corpus]") {
  const mime::Library gmime;
  const char* corpus = std::getenv("QUILTER_CORPUS");
  REQUIRE(corpus != nullptr);
  Tally tally;
  for (const auto* set : {"patchwork-series", "patchwork-fdo"})
    for (const auto& file : mboxes(fs::path{corpus} / "sets" / set)) {
      CAPTURE(file.string());
      check_all_orders(mails_of(file, {}), tally);
    }
  report(tally);
}

TEST_CASE("PostgreSQL groups a sample as its .want says, in any order", "[.postgres]") {
  const mime::Library gmime;
  const auto* name =
      GENERATE("001-shallow", "003-in-reply-to-only", "005-unthreaded-with-late-cover",
               "012-v2-in-reply-to-the-v1-cover", "017-two-senders-in-one-series",
               "019-unthreaded-twins-of-one-sender", "021-comments-through-many-hops");
  CAPTURE(name);
  auto file = fs::path{"tests/series"} / (std::string{name} + ".mbox");
  const auto mails = mails_of(file, list);
  const auto want = slurp(file.replace_extension(".want"));
  Order order(mails.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto first = dump_of(mails, order);
  CHECK(describe(grouping_of(first)) == want);
  std::mt19937 random{order_seed};
  for (int round = 1; round < 6; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    CAPTURE(order_seed, order);
    REQUIRE(dump_of(mails, order) == first);
    REQUIRE(dump_of(mails, order, 2 + random() % 4) == first);
    REQUIRE(dump_of(mails, order, 2 + random() % 4, Read::glimpsed) == first);
  }
}

}  // namespace quilter::test
