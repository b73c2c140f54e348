// A libpq connection string that can be shown: in the log, in an error.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

// The same with every password as "***", in both spellings: `password=…` pairs, quoted or not, and
// URIs. Where a string is malformed it masks too much rather than too little. Linear time.
std::string without_passwords(std::string_view connection);

// An error of libpq's about this connection: it quotes what it cannot read or reach, and that can
// be a password at a wrong place. Such a text is not shown at all.
std::string without_passwords_of(std::string_view connection, const std::string& error);

}  // namespace quilter
