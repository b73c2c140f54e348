// What CI says of a patch or a series.
//
// Threads: a value, and pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

struct CheckResult {
  std::string context;  // who says it: of several of one context the newest counts
  std::string state;    // pending, success, warning, fail
  std::string url, description;

  bool operator==(const CheckResult&) const = default;
};

// People click on it: http or https and nothing that a browser would run.
bool is_web_address(std::string_view url);

// What keeps it from being a check, for people; "" where it is one. It has a context of letters,
// digits and "._-:/", one of the four states, and a web address or none.
std::string fault_of(const CheckResult& check);

}  // namespace quilter
