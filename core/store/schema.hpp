// The schema's life: migrations (core/store/schema/NNN_*.sql, compiled in) and what a daemon asks
// of a database.
//
// Promise: migrate() may be run twice, and by two at once; each step is a transaction; a database
// that is newer than this program is left alone.
// Errors: StoreError, whose text names the command that mends it.
// Threads: safe from any.
#pragma once

#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "core/store/pool.hpp"

namespace quilter {

int known_schema_version();

// Brings the database up to known_schema_version() and grants the ingest role what it needs. Needs
// the owner's rights. `applied` hears of each migration after its commit.
void migrate(const std::string& connection,
             const std::function<void(std::string_view name)>& applied);

void require_known_schema(pqxx::connection& connection);

// As that; and advisory locks exclude (some engines that speak PostgreSQL's protocol have ones that
// do nothing), which takes a second connection; and it can be written to, durably.
void require_fit(pqxx::connection& connection, const StoreOptions& options,
                 const Pool::Hooks::Watch& watch);

}  // namespace quilter
