// Reply: what the MTA is told, SMTP code and text included; one table for every Status.
//
// Promise: nothing but a passing failure of ours ever keeps a message back, and that is a 451.
// Error: none.
// Threads: constants.
#pragma once

#include <libmilter/mfapi.h>

#include "core/mail/status.hpp"

namespace quilter::milter {

struct Reply {
  sfsistat verdict;
  const char* code = "";      // RFC 5321 §4.2.3; "": the MTA's own words
  const char* enhanced = "";  // RFC 3463
  const char* text = "";
};

// At end of message. Continue, not accept: other milters may stand behind us.
const Reply& reply_to(Status status);

inline constexpr Reply no_reply{SMFIS_NOREPLY};  // the only answer at a step negotiated SMFIP_NR_*
inline constexpr Reply go_on{SMFIS_CONTINUE};
inline constexpr Reply not_for_us{SMFIS_ACCEPT};  // at end of headers: the body is never sent
inline constexpr Reply shutting_down{SMFIS_TEMPFAIL, "451", "4.3.2",
                                     "patch archive is shutting down, try again later"};
inline constexpr Reply internal_error{SMFIS_TEMPFAIL, "451", "4.3.0",
                                      "patch archive failed, try again later"};

}  // namespace quilter::milter
