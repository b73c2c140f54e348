// The names of people, as the mails of a project that was read again say them.
//
// Promise: a person's name is that of their earliest mail that has one, by (date, message id), of
// this project's and of what was known from others'. Each hundred people are a transaction, under
// the locks that mail of theirs takes. May be run again.
// Errors: libpqxx's exceptions pass through.
// Threads: a lease belongs to one.
#pragma once

#include <vector>

#include "core/store/pool.hpp"
#include "core/store/reread.hpp"

namespace quilter {

void write_people(Pool::Lease& lease, const std::vector<Reread>& messages);

}  // namespace quilter
