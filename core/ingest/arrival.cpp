#include "core/ingest/arrival.hpp"

#include <algorithm>
#include <string>

#include "core/ingest/metrics.hpp"
#include "core/spool/error.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_reason = 1'000;  // bytes

Shelf shelf_for(Failure failure) {
  return failure == Failure::refused ? Shelf::failed : Shelf::waiting;
}

bool belongs_on(const Attempt& attempt, Shelf shelf) {
  return attempt.outcome.status == Status::try_later && shelf_for(attempt.outcome.failure) == shelf;
}

// Where the message failed so that it belongs on this shelf, that is where it is now: in one file.
void keep_on(Shelf shelf, Arrival& arrival, Spool& spool) {
  Spooled spooled;
  spooled.arrived = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::vector<Attempt*> kept;
  for (auto& begun : arrival.begun) {
    auto& attempt = begun.attempt;
    if (!belongs_on(attempt, shelf)) continue;
    kept.push_back(&attempt);
    spooled.projects.push_back(attempt.project);
    spooled.reason = attempt.outcome.detail.substr(0, longest_reason);
  }
  if (kept.empty()) return;
  try {
    spooled.message = arrival.message;
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

Status keep(Arrival& arrival, Spool& spool, std::string_view on_failure) {
  if (on_failure == "spool") keep_on(Shelf::waiting, arrival, spool);
  // What its client will send anyway is not set aside each time for a project that refuses it.
  const bool comes_again = std::ranges::any_of(
      arrival.begun, [](const Begun& begun) { return belongs_on(begun.attempt, Shelf::waiting); });
  if (!comes_again) keep_on(Shelf::failed, arrival, spool);
  auto worst = Status::ignored;
  for (const auto& begun : arrival.begun) worst = std::max(worst, begun.attempt.outcome.status);
  return worst;
}

void log(Arrival& arrival) {
  const auto delay =
      std::chrono::duration_cast<std::chrono::microseconds>(Arrival::Clock::now() - arrival.start);
  for (auto& begun : arrival.begun) {
    begun.attempt.delay = delay;
    log(arrival.message, begun.attempt);
  }
}

}  // namespace quilter
