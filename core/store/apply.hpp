// apply: writes a submission as its plan says, in one round trip (schema/004_record.sql).
//
// Promise: plain INSERT and UPDATE of only the columns meant; the caller commits.
// Errors: libpqxx's exceptions pass through; a row that should be new and is there is a lost race.
// Owns: nothing of the errand.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/store/facts.hpp"

namespace quilter {

struct Writing {
  Errand* errand;
  Place place;
  std::string plan;  // as JSON
};

// The series id of a patch or cover letter; 0 for a comment.
std::int64_t apply(pqxx::transaction_base& transaction, const Writing& writing);

// In one trip: writes, then looks for the next errand. The row is that of load_facts(), with the
// series id as `written`.
pqxx::row apply_and_look(pqxx::transaction_base& transaction, const Writing& writing,
                         const Errand& next, const ErrandKeys& keys);

// Without a submission: the neighbourhoods' rows are locked. The ids of Plan::series, in its order.
std::vector<std::int64_t> apply(pqxx::transaction_base& transaction, const Project& project,
                                const std::vector<std::int64_t>& neighbourhoods, const Plan& plan);

}  // namespace quilter
