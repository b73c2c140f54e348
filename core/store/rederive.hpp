// rederive: writes what follows from the messages of a project, as they are read now.
//
// Promise: afterwards series, members, comments, ties and mentions are what recording these
// messages gives, under the ids that are there; what people decided stays. The caller commits.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one. It holds the project's lock alone: `messages` are all that
// the project has.
#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "core/store/reread.hpp"

namespace quilter {

Rederived rederive(pqxx::transaction_base& transaction, const Project& project,
                   const StitchOptions& options, const std::vector<Reread>& messages);

}  // namespace quilter
