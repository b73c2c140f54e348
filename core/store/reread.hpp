// A recorded message as this program reads it now, and the columns that say so.
//
// Promise: reading changes nothing; what is kept of a message is little: no text, no diff.
// Errors: libpqxx's exceptions pass through, and those of the reader.
// Owns: values.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/mail/project.hpp"
#include "core/mail/submission.hpp"
#include "core/store/archive.hpp"

namespace quilter {

struct Reread {
  std::int64_t row = 0;
  MessageId recorded_id;
  bool stays = true;       // false: it would be ignored, or be recorded once with another
  bool is_double = false;  // the latter
  Submission submission;   // without its texts; of one that is ignored nothing
  // What its message, patch and comment should say, where they say otherwise: see write_message().
  std::vector<std::string> columns;
};

// In the order in which they were recorded.
std::vector<std::int64_t> rows_of_project(pqxx::transaction_base& transaction,
                                          const Project& project);

// Nothing where it has been forgotten.
std::optional<Reread> read_again(pqxx::transaction_base& transaction, const Project& project,
                                 std::int64_t row, const MailReader& reader);

// Each message id is recorded once: by whoever has it already, else by the first to come.
void leave_out_doubles(std::vector<Reread>& messages);

void write_message(pqxx::transaction_base& transaction, const Reread& message);

// Also where there is none yet.
void write_patch(pqxx::transaction_base& transaction, const Reread& message, std::int64_t series);

}  // namespace quilter
