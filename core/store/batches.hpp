// Batches: messages that wait at the same moment share a transaction, as PostgreSQL shares one
// flush of its log among commits.
//
// Promise: nobody waits for company: where no transaction runs, a message begins one; those that
// come meanwhile wait, and are begun together, in the order in which they came: once it has nothing
// left but to commit, or, up to `at_once`, beside it, where half a batch waits or something holds
// it up. (What a transaction
// costs is mostly its own and not its messages': two small ones side by side gain nothing.) A
// message waits for half of its patience at most; one that has little left, or is large, goes
// alone. join() returns once the errand has its outcome.
// Errors: none thrown; what `run` throws is an outcome, and so is that nobody had time.
// Owns: no thread; a batch is run by the one who waited longest.
// Threads: join() is safe from any.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>

#include "core/store/options.hpp"
#include "core/store/patience.hpp"
#include "core/store/store.hpp"

namespace quilter {

class Batches {
 public:
  // Gives each errand its outcome, within its patience. Calls `written` where nothing is left but
  // to commit: that is waiting for the disk, and the next batch may use the time.
  using Written = std::function<void()>;
  using Run = std::function<void(std::span<Errand* const>, const Written& written)>;

  // `usual`: what takes longer is held up.
  Batches(int at_once, Run run, std::chrono::milliseconds usual = std::chrono::milliseconds{20})
      : at_once_{at_once}, usual_{usual}, run_{std::move(run)} {}

  std::size_t waiting() const;  // how many nobody has begun

  void join(Errand& errand, Patience::Clock::time_point queue_until);

 private:
  struct Waiting {
    Errand& errand;
    std::condition_variable turn{};
    bool taken = false, done = false;
  };

  bool may_lead(const Waiting& one) const;
  Patience::Clock::time_point next_look(const Waiting& one) const;
  void lead(std::unique_lock<std::mutex>& lock);
  void run(std::span<Errand* const> errands, const Written& written);
  std::size_t take(std::span<Waiting*> batch);
  void wake_first();

  int at_once_;
  std::chrono::milliseconds usual_;
  Run run_;
  mutable std::mutex guard_;
  std::deque<Waiting*> queue_;
  int running_ = 0;
  int busy_ = 0;                           // those of them that have not written all
  Patience::Clock::time_point held_up_{};  // by then, what began last should have ended
};

}  // namespace quilter
