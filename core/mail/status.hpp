// Status: what became of a message, in the order in which the worst of several projects counts for
// the answer.
#pragma once

#include <cstdint>

namespace quilter {

enum class Status : std::uint8_t {
  ignored,         // for a tracked list, and nothing to record: no patch, no reply to one
  already_stored,  // recorded before; nothing was changed
  stored,          // committed
  spooled,         // on our disk, and recorded as soon as it can be
  set_aside,       // it cannot be recorded as it is; on our disk, for a person to look at
  try_later,       // neither in the database nor on our disk; the client must send again
};

}  // namespace quilter
