// replay_events: what people changed in one database, made again in another that has the same
// mails: the events of the feed give all of it.
//
// Promise: afterwards fields, revisions, checks and notes are those of the first, as are the events
// that tell of them, actor and time included; rights and moves are not asked for anew. An account
// that is not there is added, disabled. One transaction, alone in the projects that the events
// name. What is there already is left: it may be run again, also with events that came since.
// Errors: StoreError; Refused where the role of `connection` does not own the schema. What does not
// fit is counted and told, and left out.
// Threads: a call belongs to one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/feed.hpp"

namespace quilter {

struct ReplayedEvents {
  std::int64_t made = 0;
  std::int64_t there = 0;          // already
  std::vector<std::string> unfit;  // and why: as fault_of() says, no such patch or state there, or
                                   // it was changed otherwise meanwhile
  bool operator==(const ReplayedEvents&) const = default;
};

// What people decided of a patch. All else follows from the mails, or is the other database's own:
// accounts, and settings of projects, series that were merged or split by hand.
bool is_replayed(const Event& event);

// What keeps it from being what people did, whatever database it is replayed in, for people; ""
// where nothing does. Of an event that is_replayed().
std::string fault_of(const Event& event);

// `by`: who makes the accounts that are not there. `events`: all of the feed, in any order; what is
// not is_replayed() is passed over.
ReplayedEvents replay_events(const std::string& connection, const std::string& by,
                             std::vector<Event> events);

}  // namespace quilter
