// A leaf of the MIME tree: what it says of itself, and its text (RFC 2045, 2183).
//
// Promise: any bytes give valid UTF-8 without NUL, in linear time.
// Error: none; what is declared and not so is read as it looks.
// Owns: a Leaf owns its strings.
// Threads: safe from any, once a Library lives. For core/mime only.
#pragma once

#include <gmime/gmime.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/mail/mail.hpp"

namespace quilter::mime {

struct Leaf {
  std::string media_type = "text/plain";  // lower case; RFC 2045 §5.2: what says nothing is that
  std::string file_name;
  std::string charset;
  bool flowed = false;  // RFC 3676
  bool delsp = false;
  bool attachment = false;
  GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_DEFAULT;
};

Leaf leaf_of(GMimePart& part);

bool is_text(const Leaf& leaf);

// `bytes`: the body of the leaf, transfer encoding and all. Nothing where it is no text after all.
std::optional<Part> text_part(Leaf leaf, std::string_view bytes);

}  // namespace quilter::mime
