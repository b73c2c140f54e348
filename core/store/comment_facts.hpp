// What the database holds that decides where comments belong, read under locks.
//
// Promise: reads and locks only the comments whose parent can change, and what they name. A comment
// that nobody has mentioned, in a thread that came in order, costs one look at its ancestors.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>

#include "core/mail/project.hpp"
#include "core/series/plan.hpp"

namespace quilter {

// Fills Facts::targets, remarks and parent_of. The submission's own message id and its ancestors'
// are under advisory lock already.
void load_comments(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, Facts& facts);

}  // namespace quilter
