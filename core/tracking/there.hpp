// What a Patchwork has of what people decided, as it is taken over.
//
// Owns: everything by value.
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/mail/message_id.hpp"
#include "core/tracking/check.hpp"

namespace quilter {

struct ProjectThere {
  std::int64_t id = 0;
  std::string linkname, list_id, subject_match;
};

struct UserThere {
  std::int64_t id = 0;
  std::string username;
  bool active = true;
  std::vector<std::string> addresses;   // lower case; the user's own first
  std::vector<std::int64_t> maintains;  // projects
};

struct CheckThere {
  std::int64_t user = 0;
  std::string date;   // UTC, as PostgreSQL reads it; "" where it is none
  CheckResult check;  // state "" where it is none of the four
};

struct PatchThere {
  std::int64_t id = 0;
  MessageId message_id;
  std::string state;          // its slug; "" for none
  std::int64_t delegate = 0;  // user; 0 for nobody
  bool archived = false;
  std::string commit;                // any text
  std::vector<CheckThere> checks{};  // the oldest first
};

}  // namespace quilter
