#include "core/store/postgres_store.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/batch.hpp"
#include "core/store/batches.hpp"
#include "core/store/brief_transaction.hpp"
#include "core/store/pool.hpp"
#include "core/store/projects.hpp"
#include "core/store/record_one.hpp"
#include "core/store/schema.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;
// Half of what the one in the most haste has left: the other half is for a transaction of its own.
Patience patience_of_all(std::span<Errand* const> errands) {
  auto shortest = errands.front()->patience;
  for (const auto* errand : errands)
    shortest.until = std::min(shortest.until, errand->patience.until);
  return shortest.ends() ? Patience::of(shortest.left() / 2, shortest.urgency) : shortest;
}

// One that waits for its lock in vain leaves time for those behind it.
Patience share_of(const Patience& patience, std::size_t sharers) {
  if (!patience.ends() || sharers == 1) return patience;
  const auto share = std::max<std::chrono::milliseconds>(
      1s, patience.left() / static_cast<std::chrono::milliseconds::rep>(sharers));
  return Patience::of(std::min(share, patience.left()), patience.urgency);
}

// READ COMMITTED explicitly: under any stricter level a waiter for the locks would not see what it
// waited for.
// What the server itself gives up, a little before the watchdog does: a watchdog that bites means
// that the server is gone. Background work may use all of its patience for one statement.
// And the other way round: a host that is cut off says no goodbye, and its transaction would hold
// its locks until TCP gives up, hours later. Ours is never idle for longer than its patience.
std::string settings(const StoreOptions& options, const Patience& patience) {
  const auto left = std::max(patience.left(), 2ms);
  const auto most = left - std::min(left / 2, std::max(left / 10, 100ms));
  const bool live = patience.urgency == Urgency::live;
  return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
         std::to_string((live ? std::min(options.lock_timeout, most) : most).count()) +
         "; SET LOCAL statement_timeout = " +
         std::to_string((live ? std::min(options.statement_timeout, most) : most).count()) +
         "; SET LOCAL idle_in_transaction_session_timeout = " +
         std::to_string(std::min<std::chrono::milliseconds>(left, 1h).count()) + "; ";
}

}  // namespace

PostgresStore::PostgresStore(const StoreOptions& options, const StitchOptions& stitching,
                             const DatabaseEvents& events)
    : options_{options},
      stitching_{stitching},
      pool_{
          std::make_unique<Pool>(options, Pool::Hooks{[options](auto& session, const auto& watch) {
                                                        require_fit(session, options, watch);
                                                      },
                                                      events})},
      live_{batches(options.connections)},
      background_{batches(std::max(1, options.connections / 2))} {
  try {
    pool_->lease(Patience::of(options.deadline));
  } catch (const Away& away) {
    if (away.kind() == Away::Kind::unfit) throw StoreError{away.what()};
  } catch (const Exhausted&) {
    // Connecting takes longer than that: away, for all that can be told.
  }
}

PostgresStore::~PostgresStore() = default;

std::unique_ptr<Batches> PostgresStore::batches(int at_once) {
  return std::make_unique<Batches>(
      at_once, [this](auto errands, const auto& written) { record_together(errands, written); });
}

void PostgresStore::reconfigure(StoreOptions options) noexcept {
  pool_->reconfigure(options);
  options_.become(std::move(options));
}

// One transaction for everything but record().
template <typename Work>
auto PostgresStore::ask(Urgency urgency, Work work) {
  return as_store_error([&] {
    const auto options = options_.now();
    const auto patience = Patience::of(options.deadline, urgency);
    auto lease = pool_->lease(patience);
    return in_transaction(lease, [&](pqxx::transaction_base& transaction) {
      transaction.exec(settings(options, patience));
      return work(transaction);
    });
  });
}

bool PostgresStore::is_away() const {
  return pool_->is_away();
}

std::vector<Project> PostgresStore::projects() {
  return ask(Urgency::live, [](auto& transaction) { return tracked_projects(transaction); });
}

int PostgresStore::forget_parked(std::chrono::hours age, int most) {
  return ask(Urgency::background, [&](auto& transaction) {
    return transaction
        .exec_params1("SELECT forget_parked(make_interval(hours => $1), $2)", age.count(), most)[0]
        .template as<int>();
  });
}

std::int64_t PostgresStore::parked() {
  return ask(Urgency::background, [](auto& transaction) {
    return transaction.exec1("SELECT count(*) FROM comment WHERE parent_row IS NULL")[0]
        .template as<std::int64_t>();
  });
}

RecordOutcome PostgresStore::record(const Project& project, const Submission& submission,
                                    const RawMessage& message, const Patience& patience) {
  Errand errand{project, submission, message, patience, {}};
  auto& batches = patience.urgency == Urgency::live ? live_ : background_;
  batches->join(errand, Patience::of(options_.now().lease_timeout).until);
  return std::move(errand.outcome);
}

void PostgresStore::record_all(std::span<Errand* const> errands) {
  record_together(errands, [] {});
}

// Together they save the most of what a message costs. What that does not record, for whichever
// reason of whichever of them, has a transaction of its own, and time left for it.
void PostgresStore::record_together(std::span<Errand* const> errands, const Written& written) {
  Verdict together;
  std::vector<Errand*> left{errands.begin(), errands.end()};
  if (errands.size() > 1) {
    try {
      record_at_once(errands, patience_of_all(errands), written);
      std::erase_if(
          left, [](const Errand* errand) { return errand->outcome.status != Status::try_later; });
    } catch (...) {
      together = judge_current_exception();
    }
  }
  for (std::size_t done = 0; done < left.size(); ++done) {
    auto& errand = *left[done];
    const bool is_last = done + 1 == left.size();
    record_alone(
        errand, share_of(errand.patience, left.size() - done), is_last ? written : [] {});
    errand.outcome.reruns += together.run_again ? 1 : 0;
    errand.outcome.violations += together.violation ? 1 : 0;
  }
}

// Two statements of a third of the time each end before the watchdog, which takes a database that
// is late for one that is gone; so do more, where none but the last is begun after the first third.
void PostgresStore::record_at_once(std::span<Errand* const> errands, const Patience& patience,
                                   const Written& written) {
  auto part = patience;
  if (patience.ends()) part = Patience::of(patience.left() / 3, patience.urgency);
  auto lease = pool_->lease(patience);
  in_transaction<BriefTransaction>(lease, [&](pqxx::transaction_base& transaction) {
    record_batch(transaction, "BEGIN; " + settings(options_.now(), part), errands, stitching_,
                 {.until = part.until});
    written();
    return true;
  });
}

void PostgresStore::record_alone(Errand& errand, const Patience& patience, const Written& written) {
  errand.outcome = with_reruns(options_.now().reruns, patience, [&] {
    auto lease = pool_->lease(patience);
    return in_transaction<BriefTransaction>(lease, [&](pqxx::transaction_base& transaction) {
      auto outcome = record_one(transaction, "BEGIN; " + settings(options_.now(), patience), errand,
                                stitching_);
      written();
      return outcome;
    });
  });
}

}  // namespace quilter
