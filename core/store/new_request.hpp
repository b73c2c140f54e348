// The number of one wish, however often it is tried: where its commit was in doubt and took place,
// the next try finds it.
//
// Threads: safe from any.
#pragma once

#include <string>

namespace quilter {

std::string new_request();  // 128 random bits, as PostgreSQL reads a uuid

}  // namespace quilter
