// The text of a mail put together from its parts: what people wrote, and the diff, inline or
// attached.
//
// Promise: linear time.
// Error: none.
// Owns: everything by value.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/mail/address.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/mail.hpp"

namespace quilter {

// A patch with its commit message below a line of scissors, as in an answer that proposes one.
struct Proposal {
  std::string subject;  // of the in-body Subject:; "" where there is none
  std::string message;
};

struct Composition {
  std::string text;  // the body as a reply has it: quotes and diffs kept, signature and footer off
  std::string
      content;       // the body as a patch has it: without diff, in-body header fields and footer
  std::string diff;  // inline, then of all attached patches; "" where there is none
  std::vector<TouchedFile> files;  // that the diff touches, in order
  std::optional<Mailbox> author;   // of the in-body From:
  std::string subject;             // of the in-body Subject:; "" where there is none
  std::optional<Proposal> proposal;
};

Composition compose(const Mail& mail);

}  // namespace quilter
