// What the database holds of a submission's neighbourhood, read under its locks.
//
// Promise: reads only what the identities of the submission reach; one that nobody has mentioned
// yet reads little.
// Errors: libpqxx's exceptions pass through; LostRace where the neighbourhood changed under our
// hands.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <stdexcept>
#include <vector>

#include "core/mail/project.hpp"
#include "core/series/identities.hpp"
#include "core/series/plan.hpp"

namespace quilter {

// Another transaction was first; running ours again sees what it wrote.
struct LostRace : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where in the database a submission stands: its neighbourhoods (locked), and the ties that are not
// there yet.
struct Place {
  bool recorded = false;   // its message id is there already: nothing is to be done
  bool mentioned = false;  // somebody has named its message id before it came
  std::vector<std::int64_t> neighbourhoods;  // ascending; several are to become one
  std::vector<std::int64_t> missing_ties;
};

// Locks the neighbourhoods' rows, ascending, and looks again afterwards.
Place find_place(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Identities& identities);

Facts load_facts(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Place& place);

}  // namespace quilter
