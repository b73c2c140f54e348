// Header fields in a body (git-am(1)): "From: Author <a@b>", "Subject:", "Date:" above the commit
// message; and Mercurial's "# User".
//
// Promise: linear time.
// Error: none; a text without them is all rest.
// Owns: `rest` points into the text given.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/mail/address.hpp"

namespace quilter {

struct InBody {
  std::optional<Mailbox> author;
  std::string subject;    // unfolded; "" where there is none
  std::string_view rest;  // the text behind them
};

InBody in_body(std::string_view text);

}  // namespace quilter
