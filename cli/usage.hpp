// What is said of a command line that is wrong.
//
// Promise: nothing that was typed can move a terminal: others may have typed it, for a log to keep.
// Threads: pure functions.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "core/mail/text.hpp"

namespace quilter::cli {

// For CLI::App::failure_message().
inline std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  const std::string what = error.what();
  const CLI::Error shown{error.get_name(), printable(what, what.size()), error.get_exit_code()};
  return CLI::FailureMessage::simple(app, shown);
}

}  // namespace quilter::cli
