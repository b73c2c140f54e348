// A command line that is wrong, and what is said of it.
//
// Promise: nothing that was typed can move a terminal: others may have typed it, for a log to keep.
// Threads: values, and pure functions.
#pragma once

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>

#include "core/mail/text.hpp"

namespace quilter::cli {

// What CLI11 cannot tell: something is missing, there twice or of no form, whatever the database
// has.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Which of the two is meant, nobody knows.
inline UsageError named_twice(const std::string& what) {
  return UsageError{what + " is there twice: name it once"};
}

// For CLI::App::failure_message().
inline std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  const std::string what = error.what();
  const CLI::Error shown{error.get_name(), printable(what, what.size()), error.get_exit_code()};
  return CLI::FailureMessage::simple(app, shown);
}

}  // namespace quilter::cli
