// A libpq connection string that can be shown: in the log, in an error.
//
// Promise: where it is malformed, too much is masked rather than too little. Linear time.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

bool is_connection_uri(std::string_view connection);

// Where the '?' of a URI's query is; its size where it has none.
std::size_t query_place(std::string_view uri);

// The same with every password as "***", in both spellings: `password=…` pairs, quoted or not, and
// URIs.
std::string without_passwords(std::string_view connection);

// An error of libpq's about this connection: it quotes what it cannot read or reach, and that can
// be a password at a wrong place. Such a text is not shown at all.
std::string without_passwords_of(std::string_view connection, const std::string& error);

}  // namespace quilter
