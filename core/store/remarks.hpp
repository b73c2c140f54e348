// What is said of patches and series: checks and notes, as the Archive reads them.
//
// Threads: values.
#pragma once

#include <string>

#include "core/mail/date.hpp"
#include "core/tracking/check.hpp"

namespace quilter {

struct LatestCheck {
  std::string project;
  CheckResult check;
  std::string by;  // login
  Timestamp at;
};

struct PatchNote {
  std::string project, text, by;
  Timestamp at;
};

}  // namespace quilter
