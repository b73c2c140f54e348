// Mail: a message decoded, the form in which everything above core/mime reads it.
//
// Promise: every string is valid UTF-8 without NUL; text has LF line ends; nothing is left encoded.
// Error: none; what could not be decoded is kept readable with U+FFFD in place of the bytes.
// Owns: everything by value.
// Threads: a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quilter {

struct Field {
  std::string name;  // as written
  std::string body;  // unfolded, encoded words decoded (RFC 2047), outer blanks removed
};

struct Part {               // a leaf of the MIME tree that is text, in the order of the message
  std::string media_type;   // lower case, "text/plain"
  std::string file_name;    // "" where none is given
  bool attachment = false;  // Content-Disposition: attachment (RFC 2183)
  std::string text;         // format=flowed undone (RFC 3676)
};

struct Mail {
  std::vector<Field> fields;
  std::vector<Part> parts;
  std::string fingerprint;  // where the mail has no message id: sha256 of what stays the same on
                            // every way the message takes, in hex; else ""
};

// The body of the first field of that name (case is ignored, RFC 5322 §1.2.2); "" where there is
// none.
std::string_view first(const Mail& mail, std::string_view name);

// The bodies of all fields of that name, in the order of the header.
std::vector<std::string_view> all(const Mail& mail, std::string_view name);

}  // namespace quilter
