// The project table on disk: what was tracked when the database was last there, so that the daemon
// can start while it is away.
//
// Promise: a reader finds the last table that was saved, or the one before it, never half of one.
// Errors: save_projects() throws SpoolError; a file that is missing or not
// ours is no table.
// Threads: one writer a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/mail/project.hpp"

namespace quilter {

void save_projects(const std::string& file, const std::vector<Project>& projects);
std::optional<std::vector<Project>> saved_projects(const std::string& file);

}  // namespace quilter
