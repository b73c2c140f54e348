// What is said where the database's role may not do what a command asks of it.
//
// Error: none; where the database does not answer any more, less is said.
// Threads: none; main()'s.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "core/store/forbidden.hpp"

namespace quilter::cli {

// Which role, which right, and what gives it; `command`: "project set".
std::string lacking_right(const Common& common, const std::string& command, const Forbidden& error);

}  // namespace quilter::cli
