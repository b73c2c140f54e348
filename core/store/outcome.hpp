// RecordOutcome: what became of one submission in one project.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/mail/status.hpp"

namespace quilter {

struct RecordOutcome {
  Status status = Status::try_later;
  std::string detail;       // why, for try_later; may hold bytes of the mail: show it printable()
  std::int64_t series = 0;  // of a patch or cover letter; 0: none
  int reruns = 0;           // transactions that lost a race before this one
  int violations = 0;       // of these, those that a unique constraint stopped: no lock did
  std::chrono::microseconds lock_wait{0};  // of the last run
};

}  // namespace quilter
