// Recorder: all that the milter knows of the rest of the program.
//
// Promise: wants() touches memory only and takes microseconds. record() returns once the message is
// committed or fsynced on disk for every project that it is for, or says try_later; it may be
// called again with the same message (RFC 5321 §4.5.4). Errors: none thrown; a failure is a Status,
// and is logged with the queue id by the one who met it. Threads: both may be called from any
// number of threads at once.
#pragma once

#include <string>
#include <vector>

#include "core/mail/message.hpp"
#include "core/mail/status.hpp"

namespace quilter {

// What says which list a message came by; all that wants() looks at.
struct ListMarks {
  std::vector<std::string>
      list_fields;  // raw bodies of List-Id, X-Mailing-List and X-List fields, in any order
  std::vector<std::string> forward_paths;  // as in Envelope

  bool operator==(const ListMarks&) const = default;
};

class Recorder {
 public:
  virtual ~Recorder() = default;

  // False: no tracked list; the message can go its way unread.
  virtual bool wants(const ListMarks& marks) const = 0;

  virtual Status record(RawMessage message) = 0;
};

}  // namespace quilter
