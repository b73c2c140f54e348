#include "milter/progress.hpp"

#include <utility>

namespace quilter::milter {

using Clock = std::chrono::steady_clock;

Progress::Progress(Pace pace, std::function<int(SMFICTX*)> tell)
    : pace_{pace}, tell_{std::move(tell)}, thread_{[this] { run(); }} {}

Progress::~Progress() {
  {
    const std::lock_guard held{guard_};
    stopping_ = true;
  }
  wake_up_.notify_one();
  thread_.join();
}

// A thread that is not idle wakes up in time by itself: whoever comes now is due last.
Progress::During::During(Progress& progress, SMFICTX* context)
    : progress_{progress}, context_{context}, left_{progress.pace_.most} {
  std::unique_lock held{progress_.guard_};
  progress_.waiting_.push_back(this);
  due_ = Clock::now() + progress_.pace_.interval;
  if (!std::exchange(progress_.idle_, false)) return;
  held.unlock();
  progress_.wake_up_.notify_one();
}

Progress::During::~During() {
  std::unique_lock held{progress_.guard_};
  progress_.waiting_.remove(this);
  progress_.told_.wait(held, [this] { return progress_.telling_ != this; });
}

void Progress::run() {
  std::unique_lock held{guard_};
  while (!stopping_) {
    if (waiting_.empty()) {
      idle_ = true;
      wake_up_.wait(held, [this] { return stopping_ || !idle_; });
    } else if (const auto due = waiting_.front()->due_; Clock::now() < due) {
      wake_up_.wait_until(held, due);
    } else {
      tell_first(held);
    }
  }
}

// Written without the guard: an MTA that reads nothing may hold up this thread, but no other
// session. It takes malice: in all, `most` packets of five bytes wait to be read.
void Progress::tell_first(std::unique_lock<std::mutex>& held) {
  During& first = *waiting_.front();
  first.due_ = Clock::now() + pace_.interval;
  waiting_.splice(waiting_.end(), waiting_, waiting_.begin());
  telling_ = &first;
  held.unlock();
  const bool told = tell_(first.context_) == MI_SUCCESS;
  held.lock();
  telling_ = nullptr;
  if (--first.left_ == 0 || !told) waiting_.remove(&first);
  told_.notify_all();
}

}  // namespace quilter::milter
