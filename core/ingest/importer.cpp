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

constexpr std::size_t most_waiting = 256;
constexpr std::size_t most_waiting_bytes = std::size_t{32} << 20U;
constexpr std::uint64_t most_ahead = 10'000;

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

void Importer::run() {
  std::unique_lock lock{guard_};
  while (true) {
    const auto job = next(lock);
    if (stop_) return;
    if (!job) {
      offered_.wait(lock);
      continue;
    }
    busy_.insert(job->kin.begin(), job->kin.end());
    waiting_bytes_ -= job->source.message.bytes.size();
    lock.unlock();
    changed_.notify_all();
    record(*job);
    lock.lock();
    for (const auto kin : job->kin) busy_.erase(busy_.find(kin));
    offered_.notify_all();
  }
}

bool Importer::is_free(const Job& job) const {
  return std::ranges::none_of(job.kin, [this](auto kin) { return busy_.contains(kin); });
}

// The oldest of those that can begin. Reads those that wait for the first time, without the guard.
std::optional<Importer::Job> Importer::next(std::unique_lock<std::mutex>& lock) {
  while (true) {
    const auto found =
        std::ranges::find_if(held_back_, [this](const Job& job) { return is_free(job); });
    if (found != held_back_.end()) {
      auto job = std::move(*found);
      held_back_.erase(found);
      return job;
    }
    if (waiting_.empty() || stop_ || gave_up_) return std::nullopt;
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job.mail = mime::read_mail(job.source.message.bytes);
    job.kin = kin_of(job.mail);
    lock.lock();
    held_back_.push_back(std::move(job));
  }
}

void Importer::record(const Job& job) {
  const auto& [number, source, mail, kin] = job;
  const auto& message = source.message;
  auto projects = routes_.of(mail, {});
  if (options_.project) projects = {&*options_.project};
  std::vector<Attempt> attempts;
  for (const auto* project : projects) {
    attempts.push_back(insist(*project, mail, message));
    const auto& outcome = attempts.back().outcome;
    if (outcome.failure != Failure::none && outcome.failure != Failure::refused) return;
  }
  if (attempts.empty())
    attempts.push_back({.project = "",
                        .message_id = own_id(mail).id,
                        .outcome = {.status = Status::ignored, .detail = "no-project"}});
  count(source, attempts);
  settle(job);
}

// What may pass is waited for. A failure that may pass is given back only where the import ends.
Attempt Importer::insist(const Project& project, const Mail& mail, const RawMessage& message) {
  const auto until = Clock::now() + options_.give_up_after;
  for (int failures = 1;; ++failures) {
    auto attempt = attempt_in(project, mail, message, store_,
                              Patience::of(options_.patience, Urgency::background));
    const auto failure = attempt.outcome.failure;
    if (failure == Failure::none || failure == Failure::refused) return attempt;
    if (Clock::now() >= until) {
      const std::lock_guard lock{guard_};
      if (!gave_up_) gave_up_ = "<" + attempt.message_id + ">: " + attempt.outcome.detail;
      changed_.notify_all();
      stopping_.notify_all();
      return attempt;
    }
    if (!pause(failures)) return attempt;
  }
}

// False where the import ends.
bool Importer::pause(int failures) {
  std::unique_lock lock{guard_};
  return !stopping_.wait_for(lock, growing_pause(failures, 100ms, 10s),
                             [this] { return stop_ || gave_up_; });
}

void Importer::count(const SourceMessage& source, const std::vector<Attempt>& attempts) {
  const std::lock_guard lock{guard_};
  ++counts_.messages;
  counts_.bytes += source.message.bytes.size();
  for (const auto& attempt : attempts) {
    const auto& outcome = attempt.outcome;
    if (outcome.failure != Failure::none)
      counts_.not_recorded.push_back(
          {source.place, attempt.message_id, attempt.project, outcome.detail});
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
