// The feed: what happened, in the order of commits, to poll.
//
// Promise: whoever asks again with the cursor of the last page sees every event once, all readers
// in one order. An event is seen once no transaction runs any more that began before the one that
// wrote it: nothing can come before it later. So a long transaction anywhere in the database server
// holds the feed up; it loses nothing.
// Errors: StoreError; Refused where the cursor is of another lineage: nothing is skipped unseen.
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mail/date.hpp"
#include "core/mail/message_id.hpp"

namespace quilter {

// A lineage is one database of one server, until it is restored or a standby takes over: within it
// transactions are counted upwards, and nothing that was told is undone.
struct Cursor {
  std::string lineage;            // "" is the beginning of any
  std::uint64_t transaction = 0;  // PostgreSQL's xid8
  std::int64_t id = 0;

  bool operator==(const Cursor&) const = default;
};
std::string to_string(const Cursor& cursor);          // "1f0c9a3b-813-42"
std::optional<Cursor> cursor(std::string_view text);  // what to_string() gives; "" is the beginning

struct Event {
  Cursor cursor;                         // its own
  std::string category, project, actor;  // project "": of none
  std::int64_t patch = 0;                // or cover letter, or comment; 0: none
  MessageId message_id;                  // of that; "" where there is none, or it was forgotten
  std::int64_t series = 0;               // 0: none
  std::string account;                   // the login of which it is about; "": none
  std::string field;                     // "": no field was changed
  std::string from, to;                  // JSON where no field was changed; "": none
  std::int64_t revision = 0;
  Timestamp at;

  bool operator==(const Event&) const = default;
};

// What is empty lets everything through.
struct EventFilter {
  std::string project;
  std::vector<std::string> categories;
  std::string actor;
  MessageId message_id;
  std::int64_t series = 0;  // of it, and of the patches and the cover letter that are in it now
};

struct EventPage {
  std::vector<Event> events;
  Cursor next;  // where to go on, also when no event of the page passed the filter
};

}  // namespace quilter
