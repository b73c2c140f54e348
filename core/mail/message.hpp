// RawMessage: one message as it was transferred (RFC 5322), with what only its transport knew.
//
// Promise: `bytes` is the message byte for byte, as far as it was handed to us: header, empty line,
// body.
// Error: none; any bytes are a message.
// Owns: everything by value.
// Threads: a value.
#pragma once

#include <string>
#include <vector>

namespace quilter {

// RFC 5321 §2.3.1. Forward-paths hold Bcc recipients too: they route a message, and are never
// stored or logged.
struct Envelope {
  std::string reverse_path;                // without angle brackets; "" is the null sender
  std::vector<std::string> forward_paths;  // without angle brackets

  bool operator==(const Envelope&) const = default;
};

struct RawMessage {
  std::string bytes;
  Envelope envelope;
  std::string queue_id;    // the MTA's; "NOQUEUE" where it gave none
  bool truncated = false;  // longer than max_message_bytes: the excess is not in `bytes`

  bool operator==(const RawMessage&) const = default;
};

}  // namespace quilter
