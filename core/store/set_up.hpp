// set_up: what a database server needs before `migrate` can run: three roles and the database.
//
// Promise: idempotent: what is there is left as it is. The steps are the same, printed or run.
// Errors: StoreError, also where the connection string names no database.
// Threads: safe from any.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

// The statement is wanted unless the query gives a row.
struct SetUpStep {
  std::string statement, unless;
};
std::vector<SetUpStep> set_up_steps(const std::string& database, const std::string& daemon_role);

// What libpq cannot read in a connection string; "" where there is nothing. Shows no password.
std::string fault_of_connection(const std::string& connection);

std::string database_name(const std::string& connection);

// The same server, but for the database, which may not be there yet: "postgres" always is.
std::string maintenance_database(const std::string& connection);

std::string quoted_identifier(std::string_view name);  // where it needs to be

// Needs a role that may create roles and databases. `done` hears of each statement that was wanted.
void set_up(const std::string& connection, const std::string& daemon_role,
            const std::function<void(std::string_view statement)>& done);

}  // namespace quilter
