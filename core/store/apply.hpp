// apply: writes a plan, in the one order that all transactions keep: person → neighbourhood and
// ties → message → series → patch, cover, comment and mentions → events.
//
// Promise: plain INSERT and UPDATE of only the columns meant; the caller commits.
// Errors: libpqxx's exceptions pass through; LostRace where a row that should be new is there.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>

#include "core/mail/message.hpp"
#include "core/store/facts.hpp"

namespace quilter {

// The series id of a patch or cover letter; 0 for a comment.
std::int64_t apply(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, const RawMessage& message, const Place& place,
                   const Facts& facts, const Plan& plan);

}  // namespace quilter
