// SpoolError: the spool cannot take, give or move a file; what() says why, and where a command
// mends it, which.
//
// Threads: a value.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace quilter {

class SpoolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  SpoolError(const std::string& trouble, std::string command)
      : std::runtime_error{trouble + ": " + command}, command_{std::move(command)} {}

  const std::string& command() const noexcept { return command_; }  // that mends it; "": none

 private:
  std::string command_;
};

}  // namespace quilter
