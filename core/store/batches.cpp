#include "core/store/batches.hpp"

#include <algorithm>

#include "core/store/options.hpp"

namespace quilter {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;  // a large message goes alone

std::size_t size(const Errand& errand) {
  return errand.message.bytes.size();
}

RecordOutcome not_recorded(Failure failure, const char* why) {
  return {.status = Status::try_later, .failure = failure, .detail = why};
}

}  // namespace

void Batches::join(Errand& errand, Patience::Clock::time_point queue_until,
                   const Patience& patience) {
  Waiting own{errand, patience};
  std::unique_lock lock{guard_};
  queue_.push_back(&own);
  const auto moves = [&] { return own.done || may_lead(own); };
  while (!own.done) {
    if (may_lead(own)) {
      lead(lock);
    } else if (own.taken) {
      own.turn.wait(lock);  // its leader keeps to the shortest patience
    } else if (!own.turn.wait_until(lock, queue_until, moves) && !own.taken) {
      queue_.erase(std::ranges::find(queue_, &own));
      errand.outcome = not_recorded(Failure::away, "no database connection came free in time");
      return wake_first();
    }
  }
}

std::size_t Batches::waiting() const {
  const std::lock_guard lock{guard_};
  return queue_.size();
}

bool Batches::may_lead(const Waiting& one) const {
  return running_ < at_once_ && !queue_.empty() && queue_.front() == &one;
}

void Batches::lead(std::unique_lock<std::mutex>& lock) {
  const auto batch = take();
  ++running_;
  wake_first();
  lock.unlock();
  auto patience = batch.front()->patience;
  std::vector<Errand*> errands;
  for (auto* one : batch) {
    errands.push_back(&one->errand);
    patience.until = std::min(patience.until, one->patience.until);
  }
  try {
    run_(errands, patience);
  } catch (const std::exception& error) {  // no memory, as a rule: run_ knows what else there is
    for (auto* errand : errands) errand->outcome = not_recorded(Failure::passing, error.what());
  }
  lock.lock();
  --running_;
  for (auto* one : batch) {
    one->done = true;
    one->turn.notify_one();
  }
  wake_first();
}

std::vector<Batches::Waiting*> Batches::take() {
  std::vector<Waiting*> batch;
  std::size_t bytes = 0;
  while (!queue_.empty() && batch.size() < most_in_a_transaction &&
         (batch.empty() || bytes + size(queue_.front()->errand) <= most_bytes)) {
    bytes += size(queue_.front()->errand);
    batch.push_back(queue_.front());
    batch.back()->taken = true;
    queue_.pop_front();
  }
  return batch;
}

void Batches::wake_first() {
  if (!queue_.empty() && running_ < at_once_) queue_.front()->turn.notify_one();
}

}  // namespace quilter
