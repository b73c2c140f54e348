// MilterError: the milter cannot start or go on; what() tells the operator what to do.
//
// Threads: a value.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace quilter::milter {

class MilterError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace quilter::milter
