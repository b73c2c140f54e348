// The schema's life: migrations (core/store/schema/NNN_*.sql, compiled in) and what a daemon asks
// of a database.
//
// Promise: migrate() may be run twice, and by two at once; each step is a transaction; a database
// that is newer than this program is left alone.
// Errors: StoreError, whose text names the command that mends it.
// Threads: safe from any.
#pragma once

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "core/store/pool.hpp"

namespace quilter {

int known_schema_version();
int schema_version(pqxx::transaction_base& transaction);  // 0: there is none

std::string_view grants_of_roles();  // schema/grants.sql

// Brings the database up to known_schema_version(), grants the roles what they need, and mends the
// feed of a restored backup. Needs the owner's rights. `applied` hears of each migration after its
// commit.
void migrate(const std::string& connection,
             const std::function<void(std::string_view name)>& applied);

void require_known_schema(pqxx::connection& connection);

// A pool whose database is asked for that.
std::unique_ptr<Pool> pool_with_schema(const StoreOptions& options);

// Some engines that speak PostgreSQL's protocol have advisory locks that do nothing. Takes a second
// connection, which `watch` bounds.
void require_excluding_locks(pqxx::connection& connection, const StoreOptions& options,
                             const Pool::Hooks::Watch& watch);

void require_commits(pqxx::connection& connection);  // it can be written to, durably

// All of that.
void require_fit(pqxx::connection& connection, const StoreOptions& options,
                 const Pool::Hooks::Watch& watch);

}  // namespace quilter
