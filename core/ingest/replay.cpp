#include "core/ingest/replay.hpp"

#include <algorithm>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 1s;  // into a spool where nothing is to do
constexpr auto between_counts = 60s;

bool is_power_of_two(int number) {
  return (number & (number - 1)) == 0;
}

Attempt without_project(const std::string& name, const Mail& mail) {
  return {.project = name,
          .message_id = own_id(mail).id,
          .outcome = {.failure = Failure::refused, .detail = "no such project is tracked"}};
}

}  // namespace

Replayed replay(const Spooled& spooled, const Routes& routes, Store& store,
                std::chrono::milliseconds patience) {
  const auto mail = mime::read_mail(spooled.message.bytes);
  Replayed replayed;
  for (const auto& name : spooled.projects) {
    const auto project = std::ranges::find(routes.projects(), name, &Project::name);
    replayed.attempts.push_back(project == routes.projects().end()
                                    ? without_project(name, mail)
                                    : attempt_in(*project, mail, spooled.message, store,
                                                 Patience::of(patience, Urgency::background)));
    auto& outcome = replayed.attempts.back().outcome;
    if (outcome.status == Status::try_later && outcome.failure == Failure::none)
      outcome.failure = Failure::passing;  // only what is recorded may be removed
    if (outcome.failure <= replayed.failure) continue;
    replayed.failure = outcome.failure;
    replayed.detail = name + ": " + outcome.detail;
  }
  return replayed;
}

Replay::Replay(Spool& spool, Store& store, const ProjectWatch& projects,
               std::chrono::milliseconds patience, int threads)
    : spool_{spool}, store_{store}, projects_{projects}, patience_{patience} {
  report();
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Replay::~Replay() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  stopping_.notify_all();
  for (auto& thread : threads_) thread.join();
}

// What earlier runs left.
void Replay::report() {
  for (const auto& id : spool_.recovered().whole) maillog::spool_recovered(id);
  for (const auto& id : spool_.recovered().torn)
    maillog::spool_torn(id, "unfinished when the daemon ended; its client was not told to go on");
  const auto found = spool_.status();
  if (found.waiting + found.failed > 0) maillog::spool_found(found.waiting, found.failed);
}

void Replay::run() {
  std::unique_lock lock{guard_};
  while (!stop_) {
    bool found = false;
    try {
      found = one(lock);
    } catch (const std::exception& error) {
      if (!lock.owns_lock()) lock.lock();
      ++failures_;
      if (!std::exchange(stumbled_, true)) maillog::replay_stumbled(error.what());
    }
    const auto pause = failures_ > 0 ? growing_pause(failures_, 100ms, 2s) : 0ms;
    stopping_.wait_for(lock,
                       found ? pause : std::max<std::chrono::milliseconds>(pause, between_looks),
                       [this] { return stop_; });
  }
}

// False where nothing is to do.
bool Replay::one(std::unique_lock<std::mutex>& lock) {
  if (ids_.empty()) look();
  auto claim = next();
  if (!claim) return false;
  lock.unlock();
  replay_one(std::move(*claim));
  lock.lock();
  return true;
}

void Replay::look() {
  ids_ = spool_.waiting();
  stumbled_ = false;
  std::erase_if(troubled_, [this](const auto& entry) {
    return !std::ranges::binary_search(ids_, entry.first);  // dropped by the tool
  });
  std::ranges::reverse(ids_);
  if (ids_.empty() && replayed_ > 0) maillog::spool_emptied(std::exchange(replayed_, 0));
  if (Clock::now() < refreshed_ + between_counts) return;
  spool_.refresh();
  refreshed_ = Clock::now();
}

std::optional<Claim> Replay::next() {
  while (!ids_.empty()) {
    const auto id = std::move(ids_.back());
    ids_.pop_back();
    const auto trouble = troubled_.find(id);
    if (trouble != troubled_.end() && Clock::now() < trouble->second.not_before) continue;
    if (auto claim = spool_.claim(id)) return claim;
  }
  return std::nullopt;
}

void Replay::replay_one(Claim claim) {
  auto read = claim.read();
  if (const auto* torn = std::get_if<Torn>(&read)) {
    maillog::spool_torn(claim.id(), torn->why);
    spool_.move(std::move(claim), Shelf::torn, torn->why);
    return;
  }
  const auto& spooled = std::get<Spooled>(read);
  auto replayed = replay(spooled, *projects_.routes(), store_, patience_);
  for (auto& attempt : replayed.attempts) {
    attempt.spool_id = claim.id();
    if (attempt.outcome.failure == Failure::none) log(spooled.message, attempt);
  }
  if (replayed.failure != Failure::none) return failed(std::move(claim), spooled, replayed);
  const auto id = claim.id();
  spool_.remove(std::move(claim));
  passed(id);
}

void Replay::failed(Claim claim, const Spooled& spooled, const Replayed& replayed) {
  const auto& queue_id = spooled.message.queue_id;
  const auto id = claim.id();
  if (replayed.failure == Failure::refused) {
    maillog::replay_set_aside(id, queue_id, replayed.detail);
    return spool_.move(std::move(claim), Shelf::failed, replayed.detail);
  }
  { const Claim ended{std::move(claim)}; }  // before another thread may look for it
  const std::lock_guard lock{guard_};
  ++failures_;
  if (replayed.failure == Failure::away) {  // says nothing of this message: it stays the next one
    ids_.push_back(id);
    return;
  }
  auto& trouble = troubled_[id];
  trouble.not_before = Clock::now() + growing_pause(++trouble.tries, 500ms, 60s);
  if (is_power_of_two(trouble.tries))
    maillog::replay_failed(id, queue_id, trouble.tries, replayed.detail);
}

void Replay::passed(const std::string& id) {
  const std::lock_guard lock{guard_};
  troubled_.erase(id);
  failures_ = 0;
  ++replayed_;
}

}  // namespace quilter
