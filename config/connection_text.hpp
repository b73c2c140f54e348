// A libpq connection string that can be shown: in the log, in an error.
#pragma once

#include <string>
#include <string_view>

namespace quilter::config {

// The same with every password as "***", in both spellings: `password=…` pairs, quoted or not, and
// URIs. Where a string is malformed it masks too much rather than too little. Linear time.
std::string without_passwords(std::string_view connection);

}  // namespace quilter::config
