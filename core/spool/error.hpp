// SpoolError: the spool cannot take, give or move a file; what() says why, and where a command
// mends it, which.
//
// Threads: a value.
#pragma once

#include <stdexcept>

namespace quilter {

class SpoolError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace quilter
