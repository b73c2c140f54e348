// record_one: look, decide, write: a message alone, as the transaction's next.
//
// Errors: libpqxx's exceptions pass through.
// Owns: nothing of the errand.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>
#include <string>

#include "core/series/stitch.hpp"
#include "core/store/store.hpp"

namespace quilter {

// Takes the errand's locks. `begin`: statements that go before the first one, "" or ending in ";".
RecordOutcome record_one(pqxx::transaction_base& transaction, const std::string& begin,
                         const Errand& errand, const StitchOptions& options);

}  // namespace quilter
