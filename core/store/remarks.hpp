// What is said of patches and series: checks and notes, as the Archive reads them.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>

#include "core/mail/date.hpp"
#include "core/tracking/check.hpp"

namespace quilter {

struct CheckEntry {
  std::string project;
  CheckResult check;
  std::string by;  // login
  Timestamp at;
};

struct PlacedCheck {
  std::string message_id;   // "": of the series as a whole
  std::int64_t series = 0;  // that it is of now, also where it went into another
  CheckEntry entry;
};

struct NoteEntry {
  std::string project, message_id, text, by;
  Timestamp at;
};

}  // namespace quilter
