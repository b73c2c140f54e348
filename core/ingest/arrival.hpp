// Arrival: one message on its way into its projects, and what becomes of it in each.
//
// Promise: what the database did not take is kept in the spool, in one file a shelf; it names the
// projects that lack it, and no recipient.
// Errors: none thrown; where the spool cannot keep it either, the outcome stays try_later.
// Owns: the message; its parts point into it, so it stays where it was made.
// Threads: belongs to one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "core/ingest/attempt.hpp"
#include "core/ingest/routes.hpp"
#include "core/spool/spool.hpp"

namespace quilter {

struct Arrival {
  using Clock = std::chrono::steady_clock;

  Arrival(RawMessage raw, std::shared_ptr<const Routes> table, Patience how_long)
      : message{std::move(raw)}, routes{std::move(table)}, patience{how_long} {}
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  RawMessage message;
  std::shared_ptr<const Routes> routes;  // has the projects
  Patience patience;
  Clock::time_point start = Clock::now();
  std::vector<Begun> begun{};  // one a project
};

// Those that failed and are to be kept. The worst of all is the answer.
Status keep(Arrival& arrival, Spool& spool, std::string_view on_failure);

void log(Arrival& arrival);  // one line a project

}  // namespace quilter
