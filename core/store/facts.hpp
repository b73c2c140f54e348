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
#include <string>
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

// All ascending, without doubles.
struct ErrandKeys {
  std::int64_t project;  // a lock, taken shared
  std::vector<std::int64_t> locks, ties;
};
ErrandKeys keys_of(const Errand& errand, const StitchOptions& options);

// Takes the locks, then looks. `begin`: statements that go before, "" or ending in ";".
Found look(pqxx::transaction_base& transaction, const std::string& begin, const Errand& errand,
           const StitchOptions& options);

// All series and members of these.
void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts);

}  // namespace quilter
