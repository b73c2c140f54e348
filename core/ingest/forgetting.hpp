// Forgetting: comments that nothing came for are dropped after a time (most talk on a list answers
// no patch), now and then, in small batches.
//
// Promise: recording waits for one small batch at most; what several daemons do at once is done
// once. What still waits is counted each time, for the metrics.
// Errors: none thrown; a failure is logged, and tried again an hour later.
// Owns: a thread.
// Threads: none of its own interface.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/store/store.hpp"

namespace quilter {

class Forgetting {
 public:
  // `after` 0: never. At the next time what it is by then counts.
  Forgetting(Store& store, std::chrono::hours after,
             std::chrono::milliseconds every = std::chrono::hours{1});
  void reconfigure(std::chrono::hours after) noexcept { after_ = after; }
  ~Forgetting();
  Forgetting(const Forgetting&) = delete;
  Forgetting& operator=(const Forgetting&) = delete;

 private:
  void run(std::chrono::milliseconds every);
  void forget();
  bool stopping();

  Store& store_;
  std::atomic<std::chrono::hours> after_;
  std::mutex guard_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace quilter
