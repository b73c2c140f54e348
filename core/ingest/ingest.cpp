#include "core/ingest/ingest.hpp"

#include <algorithm>
#include <new>

#include "core/mime/read_mail.hpp"
#include "core/spool/error.hpp"

namespace quilter {
namespace {

using Clock = std::chrono::steady_clock;

// What became of a message in one project.
struct Attempt {
  std::string project, message_id;
  std::string_view kind = "-";
  std::size_t ancestors_dropped = 0;
  RecordOutcome outcome{};
  std::chrono::microseconds delay{0};
  std::string spool_id{};
};

void record_in(const Project& project, const Mail& mail, const RawMessage& message, Store& store,
               const Patience& patience, Attempt& attempt) {
  const auto classified = classify(mail, profile(project));
  if (const auto* ignored = std::get_if<Ignored>(&classified)) {
    attempt.outcome = {.status = Status::ignored, .detail = std::string{ignored->reason}};
    return;
  }
  const auto& submission = std::get<Submission>(classified);
  attempt.message_id = submission.message_id;
  attempt.kind = to_string(submission.kind);
  attempt.ancestors_dropped = submission.ancestors_dropped;
  attempt.outcome = store.record(project, submission, message, patience);
}

// A bug that one mail meets must not make its client send it for days.
Attempt attempt_in(const Project& project, const Mail& mail, const RawMessage& message,
                   Store& store, const Patience& patience) {
  const auto start = Clock::now();
  Attempt attempt{.project = project.name, .message_id = own_id(mail).id};
  try {
    record_in(project, mail, message, store, patience, attempt);
  } catch (const std::bad_alloc&) {
    attempt.outcome = {.failure = Failure::passing, .detail = "out of memory"};
  } catch (const std::exception& error) {
    attempt.outcome = {.failure = Failure::refused,
                       .detail = std::string{"internal error: "} + error.what()};
  }
  attempt.delay = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  return attempt;
}

Attempt without_project(const std::string& name, const Mail& mail) {
  return {.project = name,
          .message_id = own_id(mail).id,
          .outcome = {.failure = Failure::refused, .detail = "no such project is tracked"}};
}

Status worst(const std::vector<Attempt>& attempts) {
  auto status = Status::ignored;
  for (const auto& attempt : attempts) status = std::max(status, attempt.outcome.status);
  return status;
}

Shelf shelf_for(Failure failure) {
  return failure == Failure::refused ? Shelf::failed : Shelf::waiting;
}

// Where the message failed so that it belongs on this shelf, that is where it is now: in one file.
void keep(const RawMessage& message, std::vector<Attempt>& attempts, Shelf shelf, Spool& spool) {
  Spooled spooled;
  spooled.arrived = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::vector<Attempt*> kept;
  for (auto& attempt : attempts) {
    const auto& outcome = attempt.outcome;
    if (outcome.status != Status::try_later || shelf_for(outcome.failure) != shelf) continue;
    kept.push_back(&attempt);
    spooled.projects.push_back(attempt.project);
    spooled.reason = outcome.detail;
  }
  if (kept.empty()) return;
  try {
    spooled.message = message;
    const auto id = shelf == Shelf::waiting ? spool.keep(spooled) : spool.set_aside(spooled);
    for (auto* attempt : kept) {
      attempt->spool_id = id;
      attempt->outcome.status = shelf == Shelf::waiting ? Status::spooled : Status::set_aside;
    }
  } catch (const SpoolError& error) {
    for (auto* attempt : kept) attempt->outcome.detail += std::string{"; spool: "} + error.what();
  }
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

}  // namespace

bool Ingest::wants(const ListMarks& marks) const {
  return projects_.routes()->wants(marks);
}

Status Ingest::record(const RawMessage& message) {
  const auto patience = Patience::of(options_.deadline);
  const auto routes = projects_.routes();
  const auto mail = mime::read_mail(message.bytes);
  std::vector<Attempt> attempts;
  for (const auto* project : routes->of(mail, message.envelope.forward_paths))
    attempts.push_back(attempt_in(*project, mail, message, store_, patience));
  if (attempts.empty()) maillog::ignored(message.queue_id, own_id(mail).id, "", "no-project");
  keep(message, attempts, Shelf::failed, spool_);
  if (options_.on_failure == "spool") keep(message, attempts, Shelf::waiting, spool_);
  for (const auto& attempt : attempts) log(message, attempt);
  return worst(attempts);
}

Replayed Ingest::replay(const Spooled& spooled, const std::string& id) {
  const auto patience = Patience::of(2 * options_.deadline, Urgency::background);
  const auto routes = projects_.routes();
  const auto mail = mime::read_mail(spooled.message.bytes);
  Replayed replayed;
  for (const auto& name : spooled.projects) {
    const auto project = std::ranges::find(routes->projects(), name, &Project::name);
    auto attempt = project == routes->projects().end()
                       ? without_project(name, mail)
                       : attempt_in(*project, mail, spooled.message, store_, patience);
    attempt.spool_id = id;
    const auto& outcome = attempt.outcome;
    if (outcome.failure == Failure::none) log(spooled.message, attempt);
    if (outcome.failure > replayed.failure)
      replayed = {outcome.failure, name + ": " + outcome.detail};
  }
  return replayed;
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
