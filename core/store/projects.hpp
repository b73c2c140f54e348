// The project table, as the daemon reads it.
//
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "core/mail/project.hpp"

namespace quilter {

std::vector<Project> tracked_projects(pqxx::transaction_base& transaction);

}  // namespace quilter
