// Workers in two processes record mail in any order, and the dump is that of one worker in sent
// order. QUILTER_RACE=whole takes every cell of the matrix, otherwise a cut: known people, whose
// first mails no unique constraint keeps apart; two_daemons_test.cpp has new ones.

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

#include "tests/race/spread.hpp"
#include "tests/race/traffic.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

constexpr int bursts = 4;

enum class People : std::uint8_t { known, fresh };

struct Cell {
  Threading threading;
  Arrival arrival;
  People people;
  int workers;
  unsigned seed;
};

std::string name(const Cell& cell) {
  return quilter::test::name(cell.threading) + ", " + quilter::test::name(cell.arrival) +
         (cell.people == People::known ? ", known people, " : ", new people, ") +
         std::to_string(cell.workers) + " workers, seed " + std::to_string(cell.seed);
}

// What all cells of one traffic begin with and must come to.
struct Ground {
  Traffic mails;
  std::set<std::string> truth;
  ReadyDatabase database;  // to copy: empty, or it has heard from everybody
  std::string dump;        // of one worker in sent order

  Ground(Threading threading, People people)
      : mails{traffic(threading, bursts)}, truth{mails.truth} {
    if (people == People::known) {
      const auto hello = greetings(mails);
      REQUIRE(record_spread(database.ingest(), in_sent_order(hello), 1).failures.empty());
      truth.insert(hello.truth.begin(), hello.truth.end());
    }
    const DatabaseCopy copy{database};
    REQUIRE(record_spread(copy.ingest(), in_sent_order(mails), 1).failures.empty());
    dump = copy.dump();
    CHECK(grouping(dump) == truth);
  }
};

// The lines of one dump that the other lacks.
std::vector<std::string> differing(const std::string& want, const std::string& got) {
  std::map<std::string, int> lines;
  std::string line;
  for (std::istringstream text{want}; std::getline(text, line);) --lines[line];
  for (std::istringstream text{got}; std::getline(text, line);) ++lines[line];
  std::vector<std::string> found;
  for (const auto& [text, surplus] : lines)
    if (surplus != 0) found.push_back((surplus > 0 ? "+" : "-") + text);
  return found;
}

// Dead-locks that PostgreSQL saw, whoever resolved them.
int deadlocks(const ScratchDatabase& database) {
  return std::stoi(
      database.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
}

// Complete series that nobody was told of, also not under the id of one that went into them.
int unannounced(const ScratchDatabase& database) {
  return std::stoi(database.ask(
      "SELECT count(*) FROM series s WHERE complete AND merged_into_id IS NULL AND NOT EXISTS "
      "(SELECT FROM event e JOIN series t ON t.id = e.series_id WHERE s.id IN (t.id, "
      "t.merged_into_id) AND category = 'series-completed')"));
}

struct Totals {
  int cells = 0, failed = 0, mails = 0, reruns = 0, violations = 0, deadlocks = 0;
  double lock_wait = 0;
};

void run(const Cell& cell, const Ground& ground, Totals& totals) {
  CAPTURE(name(cell));
  const DatabaseCopy database{ground.database};
  const auto mails = shuffled(ground.mails, cell.threading, cell.arrival, cell.seed);
  const auto got = record_spread(database.ingest(), mails, cell.workers);
  const auto dump = database.dump();
  const auto found = differing(ground.dump, dump);
  const int stuck = deadlocks(database), untold = unannounced(database);
  CHECK(got.failures == std::vector<std::string>{});
  CHECK(found == std::vector<std::string>{});
  CHECK(dump == ground.dump);
  CHECK(stuck == 0);
  CHECK(untold == 0);
  const bool right = got.failures.empty() && dump == ground.dump && stuck == 0 && untold == 0;
  std::cout << (right ? "right  " : "WRONG  ") << name(cell) << ": " << got.stored << " mails, "
            << got.reruns << " re-runs, " << stuck << " dead-locks, " << got.lock_wait
            << " s of waiting for locks" << std::endl;
  totals.cells += 1;
  totals.failed += right ? 0 : 1;
  totals.mails += got.stored;
  totals.reruns += got.reruns;
  totals.violations += got.violations;
  totals.deadlocks += stuck;
  totals.lock_wait += got.lock_wait;
}

bool whole() {
  const char* wish = std::getenv("QUILTER_RACE");
  return wish != nullptr && std::string{wish} == "whole";
}

}  // namespace

TEST_CASE("any number of workers in two processes gives what one in sent order gives") {
  const auto workers = whole() ? std::vector{1, 2, 4, 8, 16, 32} : std::vector{8};
  const auto people_of =
      whole() ? std::vector{People::known, People::fresh} : std::vector{People::known};
  const unsigned seeds = whole() ? 5 : 1;
  Totals totals;
  for (const auto threading : every_threading)
    for (const auto people : people_of) {
      const Ground ground{threading, people};
      for (const auto arrival : {Arrival::burst, Arrival::shuffled})
        for (const int count : workers)
          for (unsigned seed = 1; seed <= seeds; ++seed)
            run({threading, arrival, people, count, seed}, ground, totals);
    }
  std::cout << totals.cells << " cells, " << totals.failed << " wrong; " << totals.mails
            << " mails, " << totals.reruns << " re-runs (" << totals.violations
            << " for a constraint), " << totals.deadlocks << " dead-locks, " << totals.lock_wait
            << " s of waiting for locks" << std::endl;
  // What the locks are for: without them the constraints still hold, at the price of re-runs.
  CHECK(totals.reruns <= totals.mails / 15);
}

TEST_CASE("the same mail from many at once is stored once") {
  const ReadyDatabase database;
  const auto mail = patch("a", {1, 1, 2});
  const auto spread = record_spread(database.ingest(), std::vector<Submission>(40, mail), 8);
  CHECK(spread.stored == 1);
  CHECK(spread.already_stored == 39);
  const ReadyDatabase once;
  CHECK(record_spread(once.ingest(), {mail}, 1).stored == 1);
  CHECK(database.dump() == once.dump());
}
