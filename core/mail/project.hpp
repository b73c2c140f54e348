// Project: one list that is tracked, or one share of a list (subject_match), as the database holds
// it.
//
// Owns: everything by value.
// Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/mail/hints.hpp"

namespace quilter {

struct Project {
  std::int64_t id = 0;
  std::string name;                   // short and unique: "netdev"
  std::vector<std::string> list_ids;  // RFC 2919, lower case: "netdev.vger.kernel.org"
  std::vector<std::string>
      recipients;  // lower case; forward-paths that mean this list, where the MTA hosts it
  std::string subject_match;  // RE2; "" takes every subject
  std::string list_tag;       // what the list puts into subjects, without brackets; "" for none
  std::vector<HintRight> hint_rights{{Hint::ignore, "*"}};

  bool operator==(const Project&) const = default;
};

}  // namespace quilter
