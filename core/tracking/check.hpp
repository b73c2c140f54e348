// What CI says of a patch or a series.
//
// Threads: a value, and a pure function.
#pragma once

#include <string>

namespace quilter {

struct CheckResult {
  std::string context;  // who says it: of several of one context the newest counts
  std::string state;    // pending, success, warning, fail
  std::string url, description;

  bool operator==(const CheckResult&) const = default;
};

// A context of letters, digits and "._-:/", and one of the four states.
bool is_sound(const CheckResult& check);

}  // namespace quilter
