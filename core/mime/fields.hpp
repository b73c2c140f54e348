// Header fields decoded (RFC 2047), so that a decoded comma does not split a mailbox.
//
// Promise: one line of valid UTF-8 without NUL and control characters.
// Error: none; what is no encoded word stays as it is.
// Threads: safe from any, once a Library lives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/mail/mail.hpp"
#include "core/mime/raw_header.hpp"

namespace quilter::mime {

// One field body: unfolded, encoded words decoded, valid UTF-8. `name` tells what holds mailboxes.
std::string decoded_field(std::string_view name, std::string_view raw_field_body);

std::vector<Field> decoded_fields(const std::vector<RawField>& fields);

}  // namespace quilter::mime
