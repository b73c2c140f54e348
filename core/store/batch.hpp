// Batch: errands recorded as one set, in one transaction.
//
// Promise: what record_batch() leaves in the database is what recording one after the other would,
// but for the events of what came and went in between. Where the neighbourhoods are too large to be
// read whole each time, it does record one after the other.
// Errors: libpqxx's exceptions pass through.
// Owns: nothing of the errands.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>
#include <span>
#include <string>

#include "core/series/stitch.hpp"
#include "core/store/store.hpp"

namespace quilter {

// `begin`: statements that go before the first one, "" or ending in ";". Sets the outcomes; of
// those that are recorded one after the other none is begun after `until`: these keep
// Status::try_later.
void record_batch(pqxx::transaction_base& transaction, const std::string& begin,
                  std::span<Errand* const> errands, const StitchOptions& options,
                  Patience::Clock::time_point until);

}  // namespace quilter
