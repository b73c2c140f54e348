// The rows that a takeover reads and writes here.
//
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <cstddef>
#include <map>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/tracking/takeover.hpp"

namespace quilter {

using PatchesHere = std::map<MessageId, PatchHere>;

// `project`: its name here.
PatchesHere read_patches_here(pqxx::transaction_base& transaction, const std::string& project,
                              const std::vector<PatchThere>& page);

// Leaves those that are to be added, tells those that are older than what is here, and says how
// many are here already.
std::size_t drop_known_checks(pqxx::transaction_base& transaction, Takeover& takeover);

// Until the transaction ends nobody else changes them, or adds checks to them.
void hold_patches_here(pqxx::transaction_base& transaction, const std::string& project,
                       const std::vector<PatchThere>& patches);

void write_takeover(pqxx::transaction_base& transaction, const Takeover& takeover);

}  // namespace quilter
