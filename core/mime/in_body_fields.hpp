// Header fields in a text ("From: =?utf-8?q?…?= <a@b>" above a commit message, git-am(1)), which
// may hold encoded words (RFC 2047) as those in the header.
//
// Promise: linear time; only lines that begin with From: or Subject:, and what continues them,
// change.
// Error: none.
// Threads: safe from any, once a Library lives. For core/mime only.
#pragma once

#include <string>

namespace quilter::mime {

std::string with_decoded_fields(std::string text);

}  // namespace quilter::mime
