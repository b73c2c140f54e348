// The text of a mail put together from its parts: what people wrote, and the diff, inline or
// attached.
//
// Promise: linear time. A large text is held once: it is moved from the parts into the body, and
// from there into what the mail turns out to be. Error: none. Owns: everything by value. Threads:
// pure functions.
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
  std::string body;  // what people see, with the inline diff
  std::string
      content;      // the body as a patch has it: without diff, in-body header fields and footer
  DiffPlace place;  // of the inline diff in the body
  std::string_view line_ends;      // that are missing at its end
  std::vector<PlainHunk> hunks;    // of the inline diff
  std::string attached;            // the diffs of all attached patches
  std::vector<TouchedFile> files;  // that all of these touch, in order
  std::optional<Mailbox> author;   // of the in-body From:
  std::string subject;             // of the in-body Subject:; "" where there is none
  std::optional<Proposal> proposal;
};

Composition compose(std::vector<Part> parts);

bool has_diff(const Composition& composition);

// The body as a reply has it: quotes and diffs kept, signature and footer off.
std::string_view reply_text(const Composition& composition);

// These take the body for what they give. The diff: inline, then attached.
std::string take_reply_text(Composition& composition);
std::string take_diff(Composition& composition);

}  // namespace quilter
