#include "core/ingest/attempt.hpp"

#include <new>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/mail/classify.hpp"

namespace quilter {
namespace {

using Clock = std::chrono::steady_clock;

// A bug that one mail meets must not make its client send it for days.
template <typename Work>
void guarded(Attempt& attempt, Work work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    attempt.outcome = {.failure = Failure::passing, .detail = "out of memory"};
  } catch (const std::exception& error) {
    attempt.outcome = {.failure = Failure::refused,
                       .detail = std::string{"internal error: "} + error.what()};
  }
}

// False, and nothing is said, where it met a bug that can be of several.
bool try_together(std::span<Begun* const> all, Store& store, const Patience& patience) {
  std::vector<Errand> errands;
  std::vector<Attempt*> attempts;
  for (auto* one : all) {
    if (!one->submission) continue;
    errands.push_back({one->project, *one->submission, one->message, patience, {}});
    attempts.push_back(&one->attempt);
  }
  std::vector<Errand*> pointers;
  for (auto& errand : errands) pointers.push_back(&errand);
  Attempt whole;
  if (!errands.empty()) guarded(whole, [&] { store.record_all(pointers); });
  if (whole.outcome.failure == Failure::refused && all.size() > 1) return false;
  for (std::size_t i = 0; i < attempts.size(); ++i)
    attempts[i]->outcome =
        whole.outcome.failure == Failure::none ? std::move(errands[i].outcome) : whole.outcome;
  return true;
}

}  // namespace

Begun begin(const Project& project, Mail mail, const RawMessage& message) {
  Begun begun{project, message, {.project = project.name, .message_id = own_id(mail).id}};
  auto& attempt = begun.attempt;
  guarded(attempt, [&] {
    auto classified = classify(std::move(mail), profile(project));
    if (const auto* ignored = std::get_if<Ignored>(&classified)) {
      attempt.outcome = {.status = Status::ignored, .detail = std::string{ignored->reason}};
      return;
    }
    begun.submission = std::get<Submission>(std::move(classified));
    attempt.message_id = begun.submission->message_id;
    attempt.kind = to_string(begun.submission->kind);
    attempt.ancestors_dropped = begun.submission->ancestors_dropped;
  });
  return begun;
}

Attempt attempt_in(const Project& project, Mail mail, const RawMessage& message, Store& store,
                   const Patience& patience) {
  const auto start = Clock::now();
  auto begun = begin(project, std::move(mail), message);
  record(begun, store, patience);
  begun.attempt.delay = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  return std::move(begun.attempt);
}

void record(Begun& begun, Store& store, const Patience& patience) {
  if (!begun.submission) return;
  auto& attempt = begun.attempt;
  guarded(attempt, [&] {
    attempt.outcome = metrics::timed(metrics::Stage::database, [&] {
      return store.record(begun.project, *begun.submission, begun.message, patience);
    });
    metrics::observe(metrics::Stage::lock_wait, attempt.outcome.lock_wait);
  });
}

void record_together(std::span<Begun* const> all, Store& store, const Patience& patience) {
  if (try_together(all, store, patience)) return;
  for (auto* const& one : all) try_together({&one, 1}, store, patience);  // whose bug it was
}

std::vector<Attempt> attempts_in(const std::vector<const Project*>& projects, Mail mail,
                                 const RawMessage& message, Store& store,
                                 const Patience& patience) {
  std::vector<Attempt> attempts;
  if (projects.empty()) return attempts;
  for (std::size_t i = 0; i + 1 < projects.size(); ++i)
    attempts.push_back(attempt_in(*projects[i], mail, message, store, patience));
  attempts.push_back(attempt_in(*projects.back(), std::move(mail), message, store, patience));
  return attempts;
}

void log(const RawMessage& message, const Attempt& attempt) {
  const auto& outcome = attempt.outcome;
  if (outcome.status == Status::ignored)
    maillog::ignored(message.queue_id, attempt.message_id, attempt.project, outcome.detail);
  else
    maillog::recorded({.queue_id = message.queue_id,
                       .message_id = attempt.message_id,
                       .project = attempt.project,
                       .kind = attempt.kind,
                       .detail = outcome.detail,
                       .spool_id = attempt.spool_id,
                       .status = outcome.status,
                       .series = outcome.series,
                       .reruns = outcome.reruns,
                       .violations = outcome.violations,
                       .ancestors_dropped = attempt.ancestors_dropped,
                       .lock_wait = outcome.lock_wait,
                       .delay = attempt.delay});
}

ListProfile profile(const Project& project) {
  ListProfile profile{.list_tag = project.list_tag,
                      .list_addresses = project.recipients,
                      .hint_rights = project.hint_rights};
  for (const auto& id : project.list_ids) {  // "netdev.vger.kernel.org" is netdev@vger.kernel.org
    const auto dot = id.find('.');
    if (dot != std::string::npos)
      profile.list_addresses.push_back(id.substr(0, dot) + "@" + id.substr(dot + 1));
  }
  return profile;
}

}  // namespace quilter
