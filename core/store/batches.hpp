// Batches: messages that wait at the same moment share a transaction, as PostgreSQL shares one
// flush of its log among commits.
//
// Promise: nobody waits for company: while fewer than `at_once` transactions run, a message begins
// its own; those that come meanwhile wait, and are begun together, in the order in which they came.
// join() returns once the errand has its outcome, within its patience; one that nobody had begun by
// `queue_until` is try_later.
// Errors: none thrown; what `run` throws is an outcome.
// Owns: no thread; a batch is run by the one who waited longest.
// Threads: join() is safe from any.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "core/store/patience.hpp"
#include "core/store/store.hpp"

namespace quilter {

class Batches {
 public:
  // Gives each errand its outcome, within the patience, which is the shortest of theirs.
  using Run = std::function<void(const std::vector<Errand*>&, const Patience&)>;

  Batches(int at_once, Run run) : at_once_{at_once}, run_{std::move(run)} {}

  std::size_t waiting() const;  // how many nobody has begun

  void join(Errand& errand, Patience::Clock::time_point queue_until, const Patience& patience);

 private:
  struct Waiting {
    Errand& errand;
    Patience patience;
    std::condition_variable turn{};
    bool taken = false, done = false;
  };

  bool may_lead(const Waiting& one) const;
  void lead(std::unique_lock<std::mutex>& lock);
  std::vector<Waiting*> take();
  void wake_first();

  int at_once_;
  Run run_;
  mutable std::mutex guard_;
  std::deque<Waiting*> queue_;
  int running_ = 0;
};

}  // namespace quilter
