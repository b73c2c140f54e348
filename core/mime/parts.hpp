// The MIME tree of a message, read with GMime, as a list of its text parts.
//
// Promise: any bytes give parts, in linear time and bounded depth (limits in read_mail.hpp). HTML
// only where there is no other text.
// Error: none; what claims to be MIME and is not is one text part.
// Threads: safe from any, once a Library lives.
#pragma once

#include <vector>

#include "core/mail/mail.hpp"
#include "core/mime/raw_header.hpp"

namespace quilter::mime {

std::vector<Part> text_parts(const RawParts& message);

}  // namespace quilter::mime
