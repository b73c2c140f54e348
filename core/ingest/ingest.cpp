#include "core/ingest/ingest.hpp"

#include <algorithm>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/mime/read_mail.hpp"
#include "core/spool/error.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_reason = 1'000;  // bytes

Status worst(const std::vector<Attempt>& attempts) {
  auto status = Status::ignored;
  for (const auto& attempt : attempts) status = std::max(status, attempt.outcome.status);
  return status;
}

Shelf shelf_for(Failure failure) {
  return failure == Failure::refused ? Shelf::failed : Shelf::waiting;
}

// Its client will send it anyway, so it is not set aside each time for a project that refuses it.
bool comes_again(const std::vector<Attempt>& attempts) {
  return std::ranges::any_of(attempts, [](const Attempt& attempt) {
    return attempt.outcome.status == Status::try_later &&
           shelf_for(attempt.outcome.failure) == Shelf::waiting;
  });
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
    spooled.reason = outcome.detail.substr(0, longest_reason);
  }
  if (kept.empty()) return;
  try {
    spooled.message = message;
    const auto id = metrics::timed(metrics::Stage::spool, [&] {
      return shelf == Shelf::waiting ? spool.keep(spooled) : spool.set_aside(spooled);
    });
    for (auto* attempt : kept) {
      attempt->spool_id = id;
      attempt->outcome.status = shelf == Shelf::waiting ? Status::spooled : Status::set_aside;
    }
  } catch (const SpoolError& error) {
    for (auto* attempt : kept) attempt->outcome.detail += std::string{"; spool: "} + error.what();
  }
}

}  // namespace

bool Ingest::wants(const ListMarks& marks) const {
  return projects_.routes()->wants(marks);
}

Status Ingest::record(const RawMessage& message) {
  const auto options = options_.now();
  const auto patience = Patience::of(options.deadline);
  const auto routes = projects_.routes();
  auto mail = metrics::timed(metrics::Stage::parse, [&] { return mime::read_mail(message.bytes); });
  const auto projects = routes->of(mail, message.envelope.forward_paths);
  if (projects.empty()) maillog::ignored(message.queue_id, own_id(mail).id, "", "no-project");
  auto attempts = attempts_in(projects, std::move(mail), message, store_, patience);
  if (options.on_failure == "spool") keep(message, attempts, Shelf::waiting, spool_);
  if (!comes_again(attempts)) keep(message, attempts, Shelf::failed, spool_);
  for (const auto& attempt : attempts) log(message, attempt);
  return worst(attempts);
}

}  // namespace quilter
