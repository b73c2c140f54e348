// The project table, as daemon and automation read it.
//
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "core/mail/project.hpp"

namespace quilter {

std::vector<Project> tracked_projects(pqxx::transaction_base& transaction);
std::vector<Project> all_projects(pqxx::transaction_base& transaction);

}  // namespace quilter
