// What the database holds of a submission's neighbourhood, read under its locks.
//
// Promise: reads only what the submission's locks cover: of a patch or cover letter the series of
// its neighbourhoods, of every submission its submitter and the comments that it can move. One
// round trip, as a rule (schema/004_record.sql).
// Errors: libpqxx's exceptions pass through; a neighbourhood that changed under our hands is a
// serialization failure.
// Threads: a transaction belongs to one.
#pragma once

#include <chrono>
#include <cstdint>
#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "core/mail/project.hpp"
#include "core/series/plan.hpp"
#include "core/store/store.hpp"

namespace quilter {

// Where in the database a patch or cover letter stands: its neighbourhoods (locked), and the ties
// that are not there yet.
struct Place {
  std::vector<std::int64_t> neighbourhoods;  // ascending; several are to become one
  std::vector<std::int64_t> missing_ties;    // ascending
};

struct Found {
  bool recorded = false;  // the message is there already: nothing else was looked up
  std::chrono::microseconds lock_wait{0};
  Place place;
  Facts facts;
};

// What a transaction locks before it looks for the first time: ascending, so that no two wait for
// each other.
struct Locks {
  std::vector<std::int64_t> projects;  // shared
  std::vector<std::int64_t> keys;
  std::vector<std::int64_t> ties;  // whose neighbourhoods are locked; of one errand its own are
};
Locks locks_of(std::span<Errand* const> errands, const StitchOptions& options);

// Takes the locks, then looks. `begin`: statements that go before, "" or ending in ";".
Found look(pqxx::transaction_base& transaction, const std::string& begin, const Locks& locks,
           const Project& project, const Submission& submission, const StitchOptions& options);

// All series and members of these.
void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts);

}  // namespace quilter
