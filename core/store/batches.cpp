#include "core/store/batches.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "core/store/out_of_memory.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_bytes = std::size_t{1} << 20U;  // a large message goes alone
constexpr auto enough_for_company = 1s;  // who has less left would take it from the others
constexpr std::size_t enough_to_begin = most_in_a_transaction / 2;  // beside another

std::size_t size(const Errand& errand) {
  return errand.message.bytes.size();
}

bool keeps_company(const Errand& errand) {
  return !errand.patience.ends() || errand.patience.left() >= enough_for_company;
}

// For a connection. The other half is for what is done with it.
Patience::Clock::time_point half_of(const Patience& patience) {
  return patience.ends() ? Patience::of(patience.left() / 2).until : patience.until;
}

RecordOutcome not_recorded(Failure failure, const char* why) {
  return {.status = Status::try_later, .failure = failure, .detail = why};
}

}  // namespace

void Batches::join(Errand& errand, Patience::Clock::time_point queue_until) {
  Waiting own{errand};
  const auto until = std::min(queue_until, half_of(errand.patience));
  std::unique_lock lock{guard_};
  try {
    queue_.push_back(&own);
    if (may_lead(*queue_.front())) wake_first();
  } catch (const std::bad_alloc&) {
    errand.outcome = not_recorded(Failure::passing, "out of memory");
    return;
  }
  while (!own.done) {
    if (may_lead(own)) {
      lead(lock);
    } else if (own.taken) {
      own.turn.wait(lock);  // its leader keeps to the shortest patience
    } else if (Patience::Clock::now() < until) {
      own.turn.wait_until(lock, std::min(until, next_look(own)));
    } else {
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
  if (queue_.empty() || queue_.front() != &one || running_ >= at_once_) return false;
  return busy_ == 0 || queue_.size() >= enough_to_begin || Patience::Clock::now() >= held_up_;
}

// When the first one may have to begin though nothing has ended; others are woken when they are
// first.
Patience::Clock::time_point Batches::next_look(const Waiting& one) const {
  const bool is_next = queue_.front() == &one && held_up_ > Patience::Clock::now();
  return is_next ? held_up_ : Patience::Clock::time_point::max();
}

void Batches::lead(std::unique_lock<std::mutex>& lock) {
  std::array<Waiting*, most_in_a_transaction> batch{};
  std::array<Errand*, most_in_a_transaction> errands{};
  const auto count = take(batch);
  for (std::size_t i = 0; i < count; ++i) errands[i] = &batch[i]->errand;
  bool busy = true;
  const auto no_longer_busy = [&] { busy_ -= std::exchange(busy, false) ? 1 : 0; };
  ++running_;
  ++busy_;
  held_up_ = Patience::Clock::now() + usual_;
  wake_first();
  lock.unlock();
  run({errands.data(), count}, [&] {
    const std::lock_guard held{guard_};
    no_longer_busy();
    wake_first();
  });
  lock.lock();
  --running_;
  no_longer_busy();
  for (std::size_t i = 0; i < count; ++i) {
    batch[i]->done = true;
    batch[i]->turn.notify_one();
  }
  wake_first();
}

// What is thrown is want of memory as a rule: run_ knows what else there is. There may be none for
// the words either.
void Batches::run(std::span<Errand* const> errands, const Written& written) {
  try {
    run_(errands, written);
  } catch (const std::exception& error) {
    for (auto* errand : errands) {
      errand->outcome = {.status = Status::try_later, .failure = Failure::passing, .detail = {}};
      unless_out_of_memory([&] { errand->outcome.detail = error.what(); });
    }
  }
}

// The first, and those behind it that may come along.
std::size_t Batches::take(std::span<Waiting*> batch) {
  std::size_t count = 0, bytes = 0;
  while (!queue_.empty() && count < batch.size()) {
    auto* next = queue_.front();
    bytes += size(next->errand);
    const bool company = keeps_company(next->errand);
    if (count > 0 && (bytes > most_bytes || !company)) break;
    next->taken = true;
    batch[count++] = next;
    queue_.pop_front();
    if (!company) break;
  }
  return count;
}

// To lead, or to look when it may.
void Batches::wake_first() {
  if (!queue_.empty()) queue_.front()->turn.notify_one();
}

}  // namespace quilter
