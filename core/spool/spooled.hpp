// Spooled: a message that waits on disk, and the form of its file: a header of text lines, an empty
// line, the message's bytes as they came.
//
// Promise: what header_of() wrote is read back equal, but for the forward-paths, which are never
// written (Bcc recipients are among them), and an `arrived` outside 1970-9999, which becomes the
// nearest within. The SHA-256 covers header and bytes: a file that is short, longer, or differs in
// any byte is Torn. No value can forge a line: all but printable ASCII is escaped (%0A).
// Error: any bytes give a Spooled or a Torn; linear time.
// Owns: everything by value; from_file() keeps the buffer that it is given, no second one.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/mail/date.hpp"
#include "core/mail/message.hpp"

namespace quilter {

struct Spooled {
  RawMessage message;
  std::vector<std::string> projects;  // names of those that it is for
  Timestamp arrived;
  std::string reason;  // why it was not recorded at once

  bool operator==(const Spooled&) const = default;
};

struct Torn {
  std::string why;

  bool operator==(const Torn&) const = default;
};

// A header by itself; its digest is not checked.
struct SpooledHeader {
  Spooled spooled;         // message.bytes is empty
  std::size_t length = 0;  // of the header, its empty line included
  std::uint64_t size = 0;  // of the bytes that follow
  std::string sha256;
};

// The file is this, then message.bytes.
std::string header_of(const Spooled& spooled);
std::string header_of(const RawMessage& message, const std::vector<std::string>& projects,
                      Timestamp arrived, std::string_view reason);

std::variant<Spooled, Torn> from_file(std::string file);

// `start` is the front of a file; at least its header, or Torn.
std::variant<SpooledHeader, Torn> read_header(std::string_view start);

// What iso8601() writes, and nothing else.
std::optional<Timestamp> time_from(std::string_view text);

}  // namespace quilter
