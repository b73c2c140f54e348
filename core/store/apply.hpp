// apply: writes a submission as its plan says, in one round trip (schema/004_record.sql);
// a large message in one more a megabyte.
//
// Promise: plain INSERT and UPDATE of only the columns meant; the caller commits.
// Errors: libpqxx's exceptions pass through; a row that should be new and is there is a lost race.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <vector>

#include "core/mail/message.hpp"
#include "core/store/facts.hpp"
#include "core/store/patience.hpp"

namespace quilter {

// The series id of a patch or cover letter; 0 for a comment.
std::int64_t apply(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, const RawMessage& message, const Found& found,
                   const Plan& plan, const Patience& patience);

// Without a submission: the neighbourhoods' rows are locked. The ids of Plan::series, in its order.
std::vector<std::int64_t> apply(pqxx::transaction_base& transaction, const Project& project,
                                const std::vector<std::int64_t>& neighbourhoods, const Plan& plan);

}  // namespace quilter
