// The text of a part once its transfer encoding and charset are undone: line ends, format=flowed,
// HTML.
//
// Promise: linear time.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter::mime {

// CR LF → LF, for text whose CRs came with the transport (7bit, 8bit).
std::string lf_line_ends(std::string text);

// The same where the first line ends with CR LF. Where it does not, CRs further down are the
// patched file's own.
std::string without_transport_crs(std::string text);

enum class DelSp : bool { no, yes };

// format=flowed undone (RFC 3676 §4.2): soft line breaks joined, space-stuffing removed, quote
// marks kept.
std::string unflowed(std::string_view text, DelSp delsp);

// The words of an HTML text, with line breaks where it shows some. Crude: for mails that have
// nothing else.
std::string without_tags(std::string_view html);

}  // namespace quilter::mime
