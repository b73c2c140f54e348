#include "core/ingest/backlog.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/digest/digest.hpp"
#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/spool/error.hpp"
#include "core/store/out_of_memory.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_behind = 64;
constexpr std::size_t most_together = 32;
constexpr std::size_t enough_beside = most_together / 2;  // beside another
constexpr auto company = 20ms;                            // for which an answered message waits
constexpr auto usual_time = 20ms;                         // what takes longer is held up

// Of the first project that has a submission: they differ in nothing that matters here.
void identify(const Arrival& arrival, std::uint64_t& id, std::uint64_t& sender) {
  const auto one = std::ranges::find_if(
      arrival.begun, [](const Begun& begun) { return begun.submission.has_value(); });
  id = lock_hash(one->submission->message_id);
  sender = lock_hash(one->submission->submitter.address);
}

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
  ++drains_;
  work_.notify_all();
  drained_.wait(lock, [this] { return unsettled_ == held_.size(); });
  --drains_;
}

bool Backlog::takes(const Arrival& arrival) const {
  return log_.is_on() && arrival.message.bytes.size() <= most_message_bytes &&
         std::ranges::any_of(arrival.begun,
                             [](const Begun& one) { return one.submission.has_value(); });
}

bool Backlog::has_room() const {
  return waiting_.size() + coming_ < most_behind;
}

bool Backlog::is_closed() const {
  return !held_.empty() || stop_ || store_.is_away();
}

bool Backlog::take(std::unique_ptr<Arrival>& arrival) {
  if (!takes(*arrival)) return false;
  Entries entry(1);  // made now: once the log has it, nothing may throw
  identify(*arrival, entry.front().id, entry.front().sender);
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
  entry.front().ticket = *ticket;
  entry.front().arrival = std::move(arrival);
  waiting_.splice(waiting_.end(), entry);
  count(1);
  if (waiting_.size() == 1 || may_begin()) work_.notify_one();  // or to look when it may
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

// Nobody waits for the answer any more, so mail waits a little for company, which is what makes it
// cheap. Beside another one only what is worth it, or waits for something that holds that one up:
// two small transactions side by side cost more than one.
bool Backlog::may_begin() const {
  if (waiting_.empty() || running_.size() >= at_once_) return false;
  if (running_.empty())
    return drains_ > 0 || waiting_.size() >= most_together || Clock::now() >= ready_at();
  const bool late = Clock::now() >= held_up_;
  if (!late && waiting_.size() < enough_beside) return false;
  std::size_t free = 0;
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry)
    free += is_free(entry) ? 1 : 0;
  return free >= (late ? 1 : enough_beside);
}

// Its sender's mail that is being recorded comes first, and so does another copy of it, whoever
// that says it is from: of two copies the first that came is the one that stays.
bool Backlog::is_free(Entries::const_iterator entry) const {
  const auto is_copy = [&](const Entry& other) { return other.id == entry->id; };
  const auto is_kin = [&](const Entry& other) {
    return other.sender == entry->sender || is_copy(other);
  };
  return std::ranges::none_of(
             running_, [&](const auto* batch) { return std::ranges::any_of(*batch, is_kin); }) &&
         std::none_of(waiting_.begin(), entry, is_copy);
}

Backlog::Clock::time_point Backlog::ready_at() const {
  return waiting_.front().arrival->start + company;
}

Backlog::Clock::time_point Backlog::next_look() const {
  auto next = Clock::time_point::max();
  if (!waiting_.empty() && running_.empty())
    next = ready_at();
  else if (!waiting_.empty() && running_.size() < at_once_ && Clock::now() < held_up_)
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
    held_up_ = Clock::now() + usual_time;
    if (!waiting_.empty()) work_.notify_one();  // to look when another may begin beside it
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

bool Backlog::fits(const Entries& batch, const Entry& entry) {
  std::size_t bytes = entry.arrival->message.bytes.size();
  for (const auto& one : batch) bytes += one.arrival->message.bytes.size();
  return batch.empty() || (batch.size() < most_together && bytes <= most_message_bytes);
}

// What waits, else what is held, when its time has come. Sender by sender, the one who has waited
// longest first, so that what is left for another batch is of others.
Backlog::Entries Backlog::next() {
  Entries batch;
  if (may_begin()) {
    for (auto first = waiting_.cbegin(); first != waiting_.cend() && fits(batch, *first);) {
      if (!is_free(first)) {
        ++first;
        continue;
      }
      add_of_sender(first, batch);
      first = waiting_.cbegin();
    }
  } else if (!held_.empty() && running_.empty() && Clock::now() >= hold_until_ && !stop_) {
    batch.splice(batch.end(), held_, held_.begin());
  }
  return batch;
}

void Backlog::add_of_sender(Entries::const_iterator first, Entries& batch) {
  const auto sender = first->sender;
  for (auto one = first; one != waiting_.cend() && fits(batch, *one);) {
    const auto next = std::next(one);
    if (one->sender == sender && is_free(one)) batch.splice(batch.end(), waiting_, one);
    one = next;
  }
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
