#include "core/ingest/backlog.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/spool/error.hpp"
#include "core/store/out_of_memory.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 64;
constexpr std::size_t most_in_a_batch = 32;
constexpr auto usual = 20ms;  // what takes longer is held up

Timestamp now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// The other half is for who waited in vain, and records the message himself.
Patience::Clock::time_point half_of(const Patience& patience) {
  return patience.ends() ? Patience::of(patience.left() / 2).until : patience.until;
}

}  // namespace

Backlog::Backlog(Store& store, Spool& spool, const BacklogOptions& options)
    : store_{store}, spool_{spool}, at_once_{static_cast<std::size_t>(options.at_once)} {
  running_.reserve(at_once_);
  begin(spool, options.write_ahead_bytes);
  if (log_.is_on())
    for (std::size_t i = 0; i < at_once_; ++i) threads_.emplace_back([this] { run(); });
}

// Where the spool is full, or the disk, all stays in the log as it is.
void Backlog::begin(const Spool& spool, std::size_t bytes) {
  try {
    const auto left = WriteAhead::left_in(spool.path());
    for (const auto& why : left.torn)
      maillog::spool_torn("-", why + "; unfinished when the daemon ended, as a rule");
    for (const auto& spooled : left.whole) maillog::spool_recovered(spool_.keep(spooled));
    log_.begin(spool.path(), bytes);
  } catch (const SpoolError& error) {
    maillog::write_ahead_off(error.what());
  }
}

Backlog::~Backlog() {
  drain();
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Backlog::drain() {
  std::unique_lock lock{guard_};
  drained_.wait(lock, [this] { return unsettled_ == held_.size(); });
}

bool Backlog::takes(const Arrival& arrival) const {
  return log_.is_on() && arrival.message.bytes.size() <= most_message_bytes &&
         std::ranges::any_of(arrival.begun,
                             [](const Begun& one) { return one.submission.has_value(); });
}

bool Backlog::has_room() const {
  return waiting_.size() + coming_ < most_waiting;
}

bool Backlog::is_closed() const {
  return !held_.empty() || stop_ || store_.is_away();
}

bool Backlog::take(std::unique_ptr<Arrival>& arrival) {
  if (!takes(*arrival)) return false;
  Entries entry(1);  // made now: once the log has it, nothing may throw
  {
    std::unique_lock lock{guard_};
    room_.wait_until(lock, half_of(arrival->patience),
                     [this] { return has_room() || is_closed(); });
    if (!has_room() || is_closed()) return false;
    ++coming_;
  }
  std::optional<WriteAhead::Ticket> ticket;
  const auto writing = unless_out_of_memory([&] { ticket = write_ahead(*arrival); });
  const std::lock_guard lock{guard_};
  --coming_;
  if (!ticket || writing == Memory::out) {
    room_.notify_one();
    return false;
  }
  entry.front() = {std::move(arrival), *ticket, false};
  waiting_.splice(waiting_.end(), entry);
  count(1);
  if (may_begin()) work_.notify_one();
  return true;
}

std::optional<WriteAhead::Ticket> Backlog::write_ahead(const Arrival& arrival) {
  std::vector<std::string> projects;
  for (const auto& one : arrival.begun)
    if (one.submission) projects.push_back(one.attempt.project);
  auto ticket = metrics::timed(metrics::Stage::write_ahead, [&] {
    return log_.put(header_of(arrival.message, projects, now(), ""), arrival.message.bytes);
  });
  if (!ticket) report_failure();
  return ticket;
}

// Once.
void Backlog::report_failure() {
  const auto failure = log_.failure();
  if (failure.empty()) return;
  const std::lock_guard lock{guard_};
  if (!std::exchange(failure_told_, true)) maillog::write_ahead_off(failure);
}

// Beside another one only what fills a batch, or waits for something that holds that one up: two
// small transactions side by side cost more than one.
bool Backlog::may_begin() const {
  if (waiting_.empty() || running_.size() >= at_once_) return false;
  if (running_.empty()) return true;
  if (is_in_flight(waiting_.front())) return false;
  return waiting_.size() >= most_in_a_batch || Clock::now() >= held_up_;
}

// Another copy of it is being recorded: the first that came is the one that stays.
bool Backlog::is_in_flight(const Entry& entry) const {
  const auto& id = entry.arrival->begun.front().attempt.message_id;
  return std::ranges::any_of(running_, [&](const Entries* entries) {
    return std::ranges::any_of(*entries, [&](const Entry& one) {
      return one.arrival->begun.front().attempt.message_id == id;
    });
  });
}

Backlog::Clock::time_point Backlog::next_look() const {
  auto next = Clock::time_point::max();
  if (!waiting_.empty() && running_.size() < at_once_ && !is_in_flight(waiting_.front()))
    next = held_up_;
  if (!held_.empty() && running_.empty()) next = std::min(next, hold_until_);
  return next;
}

void Backlog::run() {
  std::unique_lock lock{guard_};
  while (true) {
    auto entries = next();
    if (entries.empty()) {
      if (stop_) return;
      if (const auto until = next_look(); until == Clock::time_point::max())
        work_.wait(lock);
      else
        work_.wait_until(lock, until);
      continue;
    }
    running_.push_back(&entries);
    held_up_ = Clock::now() + usual;
    room_.notify_all();
    lock.unlock();
    record(entries);
    lock.lock();
    std::erase(running_, &entries);
    count(-static_cast<std::ptrdiff_t>(
        std::erase_if(entries, [](const Entry& entry) { return entry.is_settled; })));
    hold(entries);
    if (may_begin()) work_.notify_one();
    drained_.notify_all();
  }
}

// What waits, else what is held, when its time has come.
Backlog::Entries Backlog::next() {
  Entries batch;
  if (may_begin()) {
    std::size_t bytes = 0, count = 0;
    auto end = waiting_.begin();
    for (; end != waiting_.end() && count < most_in_a_batch && !is_in_flight(*end);
         ++end, ++count) {
      bytes += end->arrival->message.bytes.size();
      if (count > 0 && bytes > most_message_bytes) break;
    }
    batch.splice(batch.end(), waiting_, waiting_.begin(), end);
  } else if (!held_.empty() && running_.empty() && Clock::now() >= hold_until_ && !stop_) {
    batch.splice(batch.end(), held_, held_.begin());
  }
  return batch;
}

void Backlog::record(Entries& entries) {
  std::vector<WriteAhead::Ticket> done;
  try {
    std::vector<Begun*> begun;
    auto patience = entries.front().arrival->patience;
    for (auto& entry : entries) {
      patience.until = std::min(patience.until, entry.arrival->patience.until);
      for (auto& one : entry.arrival->begun) begun.push_back(&one);
    }
    done.reserve(entries.size());
    record_together(begun, store_, patience);
    for (auto& entry : entries) {
      entry.is_settled = settle(*entry.arrival);
      if (entry.is_settled) done.push_back(entry.ticket);
    }
  } catch (const std::exception& error) {
    maillog::backlog_stumbled(error.what());
  }
  log_.done(done);
}

// False where neither took it: it is in the log alone.
bool Backlog::settle(Arrival& arrival) {
  const bool is_kept = keep(arrival, spool_, "spool") != Status::try_later;
  if (is_kept) log(arrival);
  return is_kept;
}

void Backlog::count(std::ptrdiff_t more) {
  unsettled_ += static_cast<std::size_t>(more);
  metrics::backlog(unsettled_);
}

// With a patience of its own for the next try.
void Backlog::hold(Entries& entries) {
  if (entries.empty()) {
    holds_ = 0;
    return;
  }
  hold_until_ = Clock::now() + growing_pause(++holds_, 100ms, 10s);
  for (auto& entry : entries) {
    auto& arrival = *entry.arrival;
    arrival.patience = Patience::of(1s);
    if (holds_ == 1) maillog::backlog_held(arrival.message.queue_id);
  }
  held_.splice(held_.end(), entries);
  room_.notify_all();
}

}  // namespace quilter
