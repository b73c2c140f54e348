// The boundary where libpqxx's exceptions become outcomes, and the only place that runs a
// transaction again.
//
// Promise: a lost race is run again for the same mail, a bounded number of times, on a sound
// connection. That is right after a commit in doubt too: the next run looks the message id up under
// its lock, which it gets only once the doubtful transaction has ended.
// Errors: none thrown by with_reruns for what the database does.
// Threads: safe from any.
#pragma once

#include <pqxx/pqxx>
#include <type_traits>
#include <utility>

#include "core/store/lost_race.hpp"
#include "core/store/outcome.hpp"
#include "core/store/pool.hpp"
#include "core/store/store.hpp"

namespace quilter {

// What an exception means for the mail. Must be called from within a catch block.
struct Verdict {
  bool run_again = false;
  Failure failure = Failure::passing;  // where it is not run again
  std::string detail;
  bool violation = false;  // of a unique constraint
};
Verdict judge_current_exception();

// Waits a moment that grows with the number of runs, and differs from thread to thread.
void pause_before_rerun(int run);

// "25006 ERROR:  cannot execute …": its first line; the others may hold the mail's own text.
std::string describe(const pqxx::sql_error& error);

// "INSERT: permission denied for table account".
std::string describe(const pqxx::insufficient_privilege& error);

// Not this statement alone: a server that is read-only, or has no schema of ours.
bool is_unfit(const std::string& sqlstate);

// Begin, work, commit. A connection that failed otherwise than by the server's plain refusal is not
// used again.
template <typename Transaction = pqxx::work, typename Work>
auto in_transaction(Pool::Lease& lease, Work&& work) {
  try {
    Transaction transaction{*lease};
    auto& base = static_cast<pqxx::transaction_base&>(transaction);
    const auto end = [&] {
      transaction.commit();
      lease.worked();
    };
    if constexpr (std::is_void_v<decltype(work(base))>) {
      work(base);
      end();
    } else {
      auto result = work(base);
      end();
      return result;
    }
  } catch (const pqxx::sql_error& error) {
    if (is_unfit(error.sqlstate()))
      lease.unfit(describe(error));
    else if (!(*lease).is_open())
      lease.broken();
    throw;
  } catch (const pqxx::transaction_rollback&) {
    throw;
  } catch (const LostRace&) {
    throw;
  } catch (...) {
    lease.broken();
    throw;
  }
}

template <typename Work>
RecordOutcome with_reruns(int reruns, const Patience& patience, Work&& work) {
  int violations = 0;
  for (int run = 0;; ++run) {
    try {
      auto outcome = work();
      outcome.reruns = run;
      outcome.violations = violations;
      return outcome;
    } catch (...) {
      auto verdict = judge_current_exception();
      violations += verdict.violation ? 1 : 0;
      const bool late = Patience::Clock::now() >= patience.until;
      if (!verdict.run_again || run >= reruns || late)
        return {.status = Status::try_later,
                .failure = verdict.failure,
                .detail = std::move(verdict.detail),
                .reruns = run,
                .violations = violations};
    }
    pause_before_rerun(run);
  }
}

// A transaction on a connection of its own, and again where it lost a race: mail came in between.
template <typename Work>
auto in_transaction_again(Pool& pool, Work work) {
  constexpr int most_reruns = 10;
  for (int run = 0;; ++run) {
    try {
      auto lease = pool.lease();
      return in_transaction(lease, work);
    } catch (...) {
      if (run == most_reruns || !judge_current_exception().run_again) throw;
    }
    pause_before_rerun(run);
  }
}

// For everything but record(): the world's failure as a StoreError, which passes as it is;
// Forbidden where the role lacks a right.
[[noreturn]] void throw_store_error();
template <typename Work>
auto as_store_error(Work&& work) {
  try {
    return work();
  } catch (const std::exception&) {
    throw_store_error();
  }
}

// What a command asks of the database.
template <typename Work>
auto transact(Pool& pool, Work work) {
  return as_store_error([&] { return in_transaction_again(pool, std::move(work)); });
}

}  // namespace quilter
