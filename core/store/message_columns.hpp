// What a submission says in the columns of its message, patch and comment, as texts.
//
// Promise: pure functions of the submission.
// Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/mail/submission.hpp"

namespace quilter {

std::string_view kind_word(Kind kind);
std::vector<std::string> trailer_lines(const std::vector<Trailer>& trailers);

// Whatever must be there first, however the mail says it.
std::vector<std::string> depends_on(const Metadata& metadata);

}  // namespace quilter
