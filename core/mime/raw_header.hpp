// The header of a message, split into its fields before anything is decoded (RFC 5322 §2.2).
//
// Promise: linear time on any bytes. All fields in their order, doubles too; lines that are no
// field are skipped, so that junk in the middle does not hide what follows.
// Error: none.
// Owns: views point into the message.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quilter::mime {

struct RawField {
  std::string_view name;
  std::string body;  // unfolded (§2.2.3), outer blanks removed; still encoded, any bytes
};

struct RawParts {
  std::vector<RawField> fields;
  std::string_view body;
};

RawParts split_message(std::string_view message_bytes);

// The body of the first field of that name; "" where there is none.
std::string_view first(const std::vector<RawField>& fields, std::string_view name);

}  // namespace quilter::mime
