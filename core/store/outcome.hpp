// RecordOutcome: what became of one submission in one project.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/mail/status.hpp"

namespace quilter {

// In the order in which the worst of several projects decides what is done.
enum class Failure : std::uint8_t {
  none,
  refused,  // it will be again: the data, or a bug
  passing,  // it may work the next time
  away,     // nothing can be asked of the database
};

struct RecordOutcome {
  Status status = Status::try_later;
  Failure failure = Failure::none;  // for try_later
  std::string detail;       // why, for try_later; may hold bytes of the mail: show it printable()
  std::int64_t series = 0;  // of a patch or cover letter; 0: none
  int reruns = 0;           // transactions that lost a race before this one
  int violations = 0;       // of these, those that a unique constraint stopped: no lock did
  std::chrono::microseconds lock_wait{0};  // of the last run
};

}  // namespace quilter
