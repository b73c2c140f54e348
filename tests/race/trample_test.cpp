// Many change the same patches, while mail comes, series go into others and back, and readers
// follow the feed. QUILTER_TRAMPLE="16 10000" is the whole, otherwise a cut.

#include <algorithm>
#include <iostream>
#include <random>
#include <thread>

#include "core/store/archive.hpp"
#include "core/store/postgres_store.hpp"
#include "core/store/replay_events.hpp"
#include "tests/race/audit.hpp"
#include "tests/race/tramplers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

constexpr int groups = 50, readers = 8, recorders = 3;

// Two series of two patches, until a late mail answers both and makes them one of five.
struct Group {
  std::string name;
  std::string id(int n) const { return "p" + std::to_string(n) + "." + name; }
  Submission mail(int n, std::vector<MessageId> ancestors, int at) const {
    return patch(id(n), {1, n, 5}, std::move(ancestors), at, "by." + name + "@example.org");
  }
  std::vector<Submission> early() const {
    return {mail(1, {}, 0), mail(2, {id(1)}, 1), mail(3, {}, 600), mail(4, {id(3)}, 601)};
  }
  Submission late() const { return mail(5, {id(3), id(1)}, 602); }
};

std::vector<Group> all_groups() {
  std::vector<Group> all;
  for (int i = 0; i < groups; ++i) all.push_back({std::to_string(100 + i)});
  return all;
}

StoreOptions options(const std::string& connection, int connections) {
  StoreOptions options;
  options.connection = connection;
  options.connections = connections;
  options.lease_timeout = options.deadline = std::chrono::minutes{1};
  options.lock_timeout = options.statement_timeout = std::chrono::minutes{1};
  return options;
}

int record(PostgresStore& store, const Project& project, const Submission& mail) {
  RawMessage message;
  message.bytes = mail.content;
  const auto outcome = store.record(project, mail, message, {});
  if (outcome.status != Status::stored)
    throw std::runtime_error{mail.message_id + ": " + outcome.detail};
  return outcome.reruns;
}

void record_all(const std::string& connection, const std::vector<Submission>& mails) {
  PostgresStore store{options(connection, 1), {}};
  const auto project = store.projects().front();
  for (const auto& mail : mails) record(store, project, mail);
}

struct TrampledGround {
  ReadyDatabase database;

  TrampledGround() {
    std::vector<Submission> mails;
    for (const auto& group : all_groups())
      for (const auto& mail : group.early()) mails.push_back(mail);
    record_all(database.ingest(), mails);
    database.ask("INSERT INTO account (login) VALUES ('mia'), ('rob'), ('bot'), ('eve')");
    database.ask(
        "INSERT INTO role SELECT 1, id, CASE login WHEN 'mia' THEN 'maintainer' WHEN 'rob' THEN "
        "'reviewer' ELSE 'bot' END FROM account WHERE login <> 'eve'");
    database.ask("UPDATE state SET moves_to = '{new}' WHERE name = 'rejected'");
  }
};

// Late mails, and comments that come before what they answer.
std::vector<Submission> mails_of_run(const Size& size) {
  std::vector<Submission> mails;
  const auto all = all_groups();
  for (const auto& group : all) mails.push_back(group.late());
  for (int n = 0; n < std::max(100, size.requests() / 40); ++n) {
    const auto& group = all[static_cast<std::size_t>(n) % all.size()];
    const auto id = std::to_string(n) + "." + group.name;
    mails.push_back(comment("r" + id, {group.id(n % 4 + 1)}, 700 + n));
    mails.push_back(comment("rr" + id, {"r" + id}, 701 + n));
  }
  std::mt19937 random{size.seed};
  std::shuffle(mails.begin(), mails.end(), random);
  return mails;
}

// What is done while the writers write, each piece when its share of the requests is answered.
class Beside {
 public:
  Beside(const Size& size, const std::atomic<int>& progress) : size_{size}, progress_{progress} {}
  void wait(std::size_t piece, std::size_t pieces) const {
    const auto due = static_cast<int>(static_cast<std::size_t>(size_.requests()) * piece / pieces);
    for (int now = 0; (now = progress_.load()) < due;) progress_.wait(now);
  }

 private:
  const Size& size_;
  const std::atomic<int>& progress_;
};

struct Ingest {
  std::atomic<std::size_t> next = 0;
  std::atomic<int> reruns = 0;

  void run(PostgresStore& store, const std::vector<Submission>& mails, const Beside& beside) {
    const auto project = store.projects().front();
    for (std::size_t i = 0; (i = next++) < mails.size();) {
      beside.wait(i, mails.size());
      reruns += record(store, project, mails[i]);
    }
  }
};

// One series leaves another and comes back, all the time: an early one of two patches.
void split_and_merge(const std::string& owner, std::int64_t first, const Beside& beside) {
  constexpr std::size_t pieces = 40;
  Archive archive{owner};
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    beside.wait(piece, pieces);
    const auto other = archive.split_series("root", first, {2}, {});
    archive.merge_series("root", std::min(first, other), std::max(first, other), {});
  }
}

struct Reader {
  std::vector<Event> events;    // of the first reader
  std::vector<Cursor> cursors;  // of all

  // Ends with the page that has looked at all there is.
  void run(Tracker& tracker, std::int64_t most, bool first, const std::atomic<int>& progress,
           const std::atomic<std::uint64_t>& last) {
    Cursor at;
    for (;;) {
      const int now = progress.load();
      const auto page = tracker.events({}, at, most);
      at = page.next;
      for (const auto& event : page.events) {
        cursors.push_back(event.cursor);
        if (first) events.push_back(event);
      }
      if (last != 0 && page.events.empty() && at.transaction >= last) return;
      if (last == 0 && page.events.empty()) progress.wait(now);
    }
  }
};

struct Feed {
  std::size_t events = 0, missed = 0, doubled = 0, other_order = 0;  // of all readers
  bool clean() const { return missed + doubled + other_order == 0; }
};

Feed compare(const std::vector<Reader>& all, std::vector<Cursor> log) {
  Feed feed;
  const auto order = [](const Cursor& left, const Cursor& right) { return left.id < right.id; };
  feed.events = log.size();
  std::sort(log.begin(), log.end(), order);
  for (const auto& reader : all) {
    auto seen = reader.cursors;
    feed.other_order += seen == all.front().cursors ? 0 : 1;
    std::sort(seen.begin(), seen.end(), order);
    const auto total = seen.size();
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    feed.doubled += total - seen.size();
    std::vector<Cursor> lost;
    std::set_difference(log.begin(), log.end(), seen.begin(), seen.end(), std::back_inserter(lost),
                        order);
    feed.missed += lost.size();
  }
  return feed;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Targets targets_of(const ScratchDatabase& database) {
  Targets targets;
  for (const auto& line : lines_of(database.ask(
           "SELECT message_row || ' ' || message_id FROM patch JOIN message ON id = message_row "
           "ORDER BY message_row"))) {
    targets.patches.push_back({std::stoll(line)});
    targets.message_ids.push_back(line.substr(line.find(' ') + 1));
  }
  for (const auto& line : lines_of(database.ask("SELECT id FROM series ORDER BY id")))
    targets.series.push_back({std::stoll(line)});
  return targets;
}

std::vector<Cursor> log_of(const ScratchDatabase& database) {
  std::vector<Cursor> log;
  for (const auto& line :
       lines_of(database.ask("SELECT transaction || '-' || id FROM event ORDER BY id")))
    log.push_back({"", std::stoull(line), std::stoll(line.substr(line.find('-') + 1))});
  return log;
}

std::string state_of(const ScratchDatabase& database) {
  return database.ask(
      "SELECT m.message_id, p.state, coalesce(a.login, ''), p.archived::text, p.commit_ref, "
      "p.revision FROM patch p JOIN message m ON m.id = p.message_row LEFT JOIN account a ON a.id "
      "= p.delegate_id ORDER BY m.message_id COLLATE \"C\"");
}

int count(const std::string& text, const std::string& words) {
  int found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

// In the server's log: whatever was run again, by whom ever, was an error first.
struct Errors {
  std::string log = output_of("cat " + quoted(ScratchDatabase::host() + "/log"));
  int all = count(log, "ERROR:"), deadlocks = count(log, "deadlock detected"),
      moved = count(log, "ERROR:  the neighbourhood was merged into another");
};

struct Run {
  Journal journal;
  std::vector<Reader> readers_ = std::vector<Reader>(readers);
  int ingest_reruns = 0;
};

Run run(const ScratchDatabase& database, const Size& size, const std::vector<Submission>& mails) {
  Run done;
  const auto targets = targets_of(database);
  Tracker writing{options(database.tracker(), size.writers)},
      reading{options(database.tracker(), readers)};
  PostgresStore store{options(database.ingest(), recorders), {}};
  std::atomic<int> progress = 0;
  std::atomic<std::uint64_t> last = 0;
  const Beside beside{size, progress};
  Ingest ingest;
  std::vector<std::thread> threads, following;
  for (int i = 0; i < recorders; ++i)
    threads.emplace_back([&] { ingest.run(store, mails, beside); });
  threads.emplace_back(
      [&] { split_and_merge(database.owner(), targets.series.front().id, beside); });
  for (std::size_t i = 0; i < readers; ++i)
    following.emplace_back([&, i] {
      done.readers_[i].run(reading, static_cast<std::int64_t>(20 + 60 * i), i == 0, progress, last);
    });
  done.journal = trample(writing, targets, size, progress);
  for (auto& thread : threads) thread.join();
  last = std::stoull(database.ask("SELECT max(transaction::text::bigint) FROM event"));
  ++progress;
  progress.notify_all();
  for (auto& thread : following) thread.join();
  done.ingest_reruns = ingest.reruns;
  return done;
}

}  // namespace

TEST_CASE("of many who change at once nothing is lost, and every reader is told all of it") {
  const auto size = size_of_run();
  const TrampledGround ground;
  const DatabaseCopy trampled{ground.database}, again{ground.database};
  const auto mails = mails_of_run(size);
  const Errors before;
  const auto done = run(trampled, size, mails);

  const auto found = audit(done.journal, done.readers_.front().events);
  const auto feed = compare(done.readers_, log_of(trampled));
  const Errors after;
  const int deadlocks = after.deadlocks - before.deadlocks, errors = after.all - before.all,
            waited = after.moved - before.moved;
  const auto moved =
      std::stoi(trampled.ask("SELECT count(*) FROM series WHERE merged_into_id IS NOT NULL"));
  std::cout << size.writers << " writers x " << size.changes << " requests, seed " << size.seed
            << ": " << found << "\n"
            << mails.size() << " mails, " << done.ingest_reruns << " re-runs of ingest, " << moved
            << " series merged; " << deadlocks << " dead-locks, " << errors
            << " errors in the server's log, " << waited
            << " of who waited for a neighbourhood that went\n"
            << readers << " readers, " << feed.events << " events: " << feed.missed << " missed, "
            << feed.doubled << " seen twice, " << feed.other_order << " readers in another order"
            << std::endl;
  CHECK(found.clean());
  CHECK(feed.clean());
  CHECK((found.state == state_of(trampled)));
  CHECK(deadlocks == 0);
  CHECK(errors == waited);
  CHECK(moved >= groups);
  CHECK(trampled.ask("SELECT (SELECT count(*) FROM check_result), (SELECT count(*) FROM note)") ==
        std::to_string(done.journal.checks) + "|" + std::to_string(done.journal.notes) + "\n");

  record_all(again.ingest(), mails);
  const auto replayed = replay_events(again.owner(), "root", done.readers_.front().events);
  CHECK(replayed.made == found.changes + done.journal.checks + done.journal.notes);
  CHECK(replayed.unfit == std::vector<std::string>{});
  CHECK((again.dump() == trampled.dump()));
}
