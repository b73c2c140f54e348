// Tracker: what people, bots and automations change, and the log of it.
//
// Promise: each call is one transaction, on rows locked in ascending order; it writes only the
// columns that it means, and an event of each. A lost race and a commit in doubt are run again: a
// change that is there already is `unchanged`, and a check or note stays there once.
// Errors: StoreError where the database is away or refuses; what may not be is an outcome.
// Owns: its connections.
// Threads: safe from any number; each call holds one connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/store/feed.hpp"
#include "core/store/options.hpp"
#include "core/tracking/change.hpp"
#include "core/tracking/check.hpp"

namespace quilter {

class Pool;

// Of what decides by itself, on patches that others move between its look and its change.
inline constexpr int most_tries = 6;

class Tracker {
 public:
  // `options.connection`: as the owner, or a member of quilter_tracker.
  explicit Tracker(const StoreOptions& options);
  ~Tracker();
  Tracker(const Tracker&) = delete;
  Tracker& operator=(const Tracker&) = delete;

  std::vector<Outcome> update(const Request& request);

  // What update() would answer; nothing is written.
  std::vector<Outcome> try_update(const Request& request);

  // On a patch, or on a series as a whole. Applied or refused.
  Outcome add_check(const Actor& actor, const std::string& project, const Target& target,
                    const CheckResult& check);
  // On a patch.
  Outcome add_note(const Actor& actor, const std::string& project, const Target& target,
                   const std::string& text);

  void require_known(const EventFilter& filter);  // Refused where it names what is not there
  EventPage events(const EventFilter& filter, const Cursor& after, std::int64_t most);
  Cursor horizon();  // of now: after it comes what no reader could have seen yet

 private:
  template <typename Work>
  auto transact(Work work);

  StoreOptions options_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace quilter
