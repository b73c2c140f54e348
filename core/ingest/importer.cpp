#include "core/ingest/importer.hpp"

#include <algorithm>
#include <utility>

#include "core/digest/digest.hpp"
#include "core/mail/classify.hpp"
#include "core/mail/message_id.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 512;
constexpr std::size_t most_waiting_bytes = std::size_t{32} << 20U;
constexpr std::uint64_t most_ahead = 10'000;

// Of a transaction. More save nothing, and hold their locks for longer.
constexpr std::size_t most_in_a_batch = 32;
constexpr std::size_t most_bytes_in_a_batch = std::size_t{1} << 20U;  // one message always fits
constexpr std::size_t most_kin_in_a_batch = 600;  // each is a lock, and PostgreSQL has so many

// Nearly what their locks are, and cheaper: a wrong guess costs a wait.
std::vector<std::uint64_t> kin_of(const Mail& mail) {
  std::vector<std::uint64_t> kin{lock_hash(own_id(mail).id), lock_hash(first(mail, "From"))};
  const auto named = ancestors(all(mail, "In-Reply-To"), all(mail, "References"), "");
  for (const auto& id : named.ids) kin.push_back(lock_hash(id));
  return kin;
}

}  // namespace

Importer::Importer(Store& store, const Routes& routes, ImportOptions options)
    : store_{store}, routes_{routes}, options_{std::move(options)} {
  for (int i = 0; i < options_.jobs; ++i) threads_.emplace_back([this] { run(); });
}

Importer::~Importer() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  offered_.notify_all();
  stopping_.notify_all();
  for (auto& thread : threads_) thread.join();
}

// One message always fits, however large.
bool Importer::has_room(std::size_t bytes) const {
  const auto count = waiting_.size() + held_back_.size();
  return count == 0 || (count < most_waiting && waiting_bytes_ + bytes <= most_waiting_bytes &&
                        next_number_ - first_unsettled_ < most_ahead);
}

bool Importer::offer(SourceMessage& message, std::chrono::milliseconds wait) {
  std::unique_lock lock{guard_};
  const auto bytes = message.message.bytes.size();
  if (!changed_.wait_for(lock, wait, [&] { return has_room(bytes) && !gave_up_; })) return false;
  waiting_bytes_ += bytes;
  waiting_.push_back({next_number_++, std::move(message)});
  lock.unlock();
  offered_.notify_one();
  return true;
}

bool Importer::is_at_rest() const {
  return gave_up_ || first_unsettled_ == next_number_;
}

bool Importer::rest(std::chrono::milliseconds wait) {
  std::unique_lock lock{guard_};
  return changed_.wait_for(lock, wait, [this] { return is_at_rest(); });
}

// Memory can run out where no message is to blame.
void Importer::run() {
  try {
    take_turns();
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}

void Importer::take_turns() {
  std::unique_lock lock{guard_};
  while (true) {
    const auto batch = next(lock);
    if (stop_) return;
    if (batch.empty()) {
      offered_.wait(lock);
      continue;
    }
    lock.unlock();
    changed_.notify_all();
    record(batch);
    lock.lock();
    for (const auto& job : batch)
      for (const auto kin : job.kin) busy_.erase(busy_.find(kin));
    offered_.notify_all();
  }
}

bool Importer::is_free(const Job& job) const {
  return std::ranges::none_of(job.kin, [this](auto kin) { return busy_.contains(kin); });
}

// Those that can begin, the oldest first; none where there is nothing to begin.
Importer::Batch Importer::next(std::unique_lock<std::mutex>& lock) {
  while (true) {
    const bool all_read = waiting_.empty();
    if (!all_read && !stop_ && !gave_up_) read_some(lock);
    auto batch = take_free();
    if (!batch.empty() || all_read || stop_ || gave_up_) return batch;
  }
}

// Without the guard.
void Importer::read_some(std::unique_lock<std::mutex>& lock) {
  Batch some;
  while (!waiting_.empty() && some.size() < most_in_a_batch) {
    some.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  lock.unlock();
  for (auto& job : some) {
    job.mail = mime::read_mail(job.source.message.bytes);
    job.kin = kin_of(job.mail);
  }
  lock.lock();
  std::ranges::move(some, std::back_inserter(held_back_));
  std::ranges::sort(held_back_, {}, &Job::number);
}

// Kin may be in one batch, so they are made busy once it is whole. Nobody overtakes older kin: of
// two copies of a message the first one stays.
Importer::Batch Importer::take_free() {
  Batch batch;
  std::size_t bytes = 0, kin = 0;
  std::deque<Job> left;
  std::unordered_set<std::uint64_t> kin_left;
  for (auto& job : held_back_) {
    const auto size = job.source.message.bytes.size();
    const bool fits =
        batch.empty() || (batch.size() < most_in_a_batch && bytes + size <= most_bytes_in_a_batch &&
                          kin + job.kin.size() <= most_kin_in_a_batch);
    const auto is_left = [&](auto one) { return kin_left.contains(one); };
    if (!fits || !is_free(job) || std::ranges::any_of(job.kin, is_left)) {
      kin_left.insert(job.kin.begin(), job.kin.end());
      left.push_back(std::move(job));
      continue;
    }
    bytes += size;
    kin += job.kin.size();
    batch.push_back(std::move(job));
  }
  held_back_ = std::move(left);
  waiting_bytes_ -= bytes;
  for (const auto& job : batch) busy_.insert(job.kin.begin(), job.kin.end());
  if (!batch.empty() && !held_back_.empty()) offered_.notify_one();  // or they wake each other
  return batch;
}

struct Importer::Task {
  const Job& job;
  Begun begun;
};

std::vector<Importer::Task> Importer::tasks_of(const Batch& batch) const {
  std::vector<Task> tasks;
  for (const auto& job : batch) {
    auto projects = routes_.of(job.mail, {});
    if (options_.project) projects = {&*options_.project};
    for (const auto* project : projects)
      tasks.push_back({job, begin(*project, job.mail, job.source.message)});
  }
  return tasks;
}

void Importer::record(const Batch& batch) {
  auto tasks = tasks_of(batch);
  if (!insist(tasks)) return;
  auto rest = std::span{tasks};
  for (const auto& job : batch) {
    const auto end = std::ranges::find_if(rest, [&](auto& task) { return &task.job != &job; });
    const auto own = rest.first(static_cast<std::size_t>(end - rest.begin()));
    count(job, own);
    settle(job);
    rest = rest.subspan(own.size());
  }
}

// Those that could not even be read, for want of memory.
void Importer::begin_again(std::span<Task> tasks) {
  for (auto& [job, begun] : tasks) {
    if (begun.submission || begun.attempt.outcome.failure != Failure::passing) continue;
    auto again = begin(begun.project, job.mail, begun.message);
    begun.attempt = std::move(again.attempt);
    begun.submission = std::move(again.submission);
  }
}

// What may pass is waited for. False where the import ends before.
bool Importer::insist(std::span<Task> tasks) {
  const auto until = Clock::now() + options_.give_up_after;
  std::vector<Begun*> left;
  for (auto& task : tasks) left.push_back(&task.begun);
  for (int failures = 1;; ++failures) {
    if (failures > 1) begin_again(tasks);
    record_together(left, store_, Patience::of(options_.patience, Urgency::background));
    std::erase_if(left, [](const Begun* one) {
      const auto failure = one->attempt.outcome.failure;
      return failure == Failure::none || failure == Failure::refused;
    });
    if (left.empty()) return true;
    if (Clock::now() >= until) {
      const auto& attempt = left.front()->attempt;
      give_up("<" + attempt.message_id + ">: " + attempt.outcome.detail);
    }
    if (!pause(failures)) return false;
  }
}

void Importer::give_up(std::string why) {
  const std::lock_guard lock{guard_};
  if (!gave_up_) gave_up_ = std::move(why);
  changed_.notify_all();
  stopping_.notify_all();
}

// False where the import ends.
bool Importer::pause(int failures) {
  std::unique_lock lock{guard_};
  return !stopping_.wait_for(lock, growing_pause(failures, 100ms, 10s),
                             [this] { return stop_ || gave_up_; });
}

void Importer::count(const Job& job, std::span<const Task> tasks) {
  const std::lock_guard lock{guard_};
  ++counts_.messages;
  counts_.bytes += job.source.message.bytes.size();
  if (tasks.empty()) ++counts_.ignored["no-project"];
  for (const auto& task : tasks) {
    const auto& attempt = task.begun.attempt;
    const auto& outcome = attempt.outcome;
    if (outcome.failure != Failure::none)
      counts_.not_recorded.push_back(
          {job.source.place, attempt.message_id, attempt.project, outcome.detail});
    else if (outcome.status == Status::ignored)
      ++counts_.ignored[outcome.detail];
    else
      ++(outcome.status == Status::stored ? counts_.recorded : counts_.already);
  }
}

void Importer::settle(const Job& job) {
  {
    const std::lock_guard lock{guard_};
    ahead_.emplace(job.number, job.source.next);
    while (!ahead_.empty() && ahead_.begin()->first == first_unsettled_) {
      settled_ = ahead_.begin()->second;
      ahead_.erase(ahead_.begin());
      ++first_unsettled_;
    }
  }
  changed_.notify_all();
}

void Importer::begin_source() {
  const std::lock_guard lock{guard_};
  settled_.reset();
}

std::optional<std::uint64_t> Importer::settled() const {
  const std::lock_guard lock{guard_};
  return settled_;
}

ImportCounts Importer::counts() const {
  const std::lock_guard lock{guard_};
  return counts_;
}

std::uint64_t Importer::settled_messages() const {
  const std::lock_guard lock{guard_};
  return counts_.messages;
}

std::optional<std::string> Importer::gave_up() const {
  const std::lock_guard lock{guard_};
  return gave_up_;
}

}  // namespace quilter
