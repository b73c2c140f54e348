// What the database holds of a submission's neighbourhood, read under its locks.
//
// Promise: reads only what the submission's locks cover: of a patch or cover letter the series of
// its neighbourhoods, of every submission its submitter and the comments that it can move.
// Errors: libpqxx's exceptions pass through; LostRace where the neighbourhood changed under our
// hands.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <vector>

#include "core/mail/project.hpp"
#include "core/series/plan.hpp"

namespace quilter {

// Where in the database a patch or cover letter stands: its neighbourhoods (locked), and the ties
// that are not there yet.
struct Place {
  std::vector<std::int64_t> neighbourhoods;  // ascending; several are to become one
  std::vector<std::int64_t> missing_ties;    // ascending

  bool is_new(std::int64_t tie) const;  // true where it is among the missing ones
};

bool is_recorded(pqxx::transaction_base& transaction, const Project& project,
                 const MessageId& message_id);

// Locks the neighbourhoods' rows, ascending, and looks again afterwards.
Place find_place(pqxx::transaction_base& transaction, const std::vector<std::int64_t>& tie_keys);

// All become the first of them, whose rows are locked.
void unite(pqxx::transaction_base& transaction, const std::vector<std::int64_t>& neighbourhoods);

Facts load_facts(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Place& place, const StitchOptions& options);

// All series and members of these.
void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts);

}  // namespace quilter
