// How a project is derived again from its messages, and what that changed (Archive::rederive).
//
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "core/mail/submission.hpp"

namespace quilter {

// How this program reads a mail as it came.
using MailReader = std::function<Classified(const std::string& raw)>;

enum class Forgetting : std::uint8_t { refused, allowed };

struct Rederived {
  std::size_t messages = 0;   // read again
  std::size_t changed = 0;    // of these, say something else now
  std::size_t forgotten = 0;  // nothing to a tracker any more: gone, with what people decided
  std::size_t series = 0;     // are new, changed, or went into others
  std::size_t moved = 0;      // patches, cover letters and comments that belong elsewhere
};

}  // namespace quilter
