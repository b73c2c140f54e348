// MilterError: the milter cannot start or go on; what() tells the operator what to do.
//
// Threads: a value.
#pragma once

#include <stdexcept>

namespace quilter::milter {

class MilterError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace quilter::milter
