// Batch: errands recorded as one set, in one transaction.
//
// Promise: what record_batch() leaves in the database is what recording one after the other would,
// but for the events of what came and went in between.
// Errors: libpqxx's exceptions pass through.
// Owns: nothing of the errands.
// Threads: a transaction belongs to one.
#pragma once

#include <cstddef>
#include <pqxx/pqxx>
#include <span>
#include <string>

#include "core/series/stitch.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct BatchLimits {
  // What is in haste keeps Status::try_later where its batch would have to look closer after that.
  Patience::Clock::time_point until = Patience::Clock::time_point::max();
  // Neighbourhoods of more, for each errand, comments too, are not read whole if a glimpse tells.
  std::size_t members_a_mail = 8;
};

// `begin`: statements that go before the first one, "" or ending in ";". Sets the outcomes.
void record_batch(pqxx::transaction_base& transaction, const std::string& begin,
                  std::span<Errand* const> errands, const StitchOptions& options,
                  const BatchLimits& limits = {});

}  // namespace quilter
