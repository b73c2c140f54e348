#include "milter/stopwatch.hpp"

#include <utility>

namespace quilter::milter {

Status Stopwatch::record(RawMessage message) {
  struct Entry {
    Stopwatch& watch;
    std::multiset<Clock::time_point>::iterator at;
    ~Entry() {
      const std::lock_guard held{watch.guard_};
      watch.since_.erase(at);
    }
  };
  std::unique_lock held{guard_};
  const Entry entry{*this, since_.insert(Clock::now())};
  held.unlock();
  return recorder_.record(std::move(message));
}

std::chrono::milliseconds Stopwatch::longest() const {
  const std::lock_guard held{guard_};
  if (since_.empty()) return std::chrono::milliseconds{0};
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - *since_.begin());
}

}  // namespace quilter::milter
