// Who may change a project's settings, or the accounts; and the rows that such a request names.
//
// Errors: Refused where it may not be, or is not there; libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <string>

#include "core/tracking/permissions.hpp"

namespace quilter {

// `by`: the login of an account that may (docs/tracking.md), or anybody whose database role owns
// the schema. `project`: in which it is asked; "" for none.
void require_right(pqxx::transaction_base& transaction, const std::string& by, Action action,
                   const std::string& project);

std::int64_t account_row(pqxx::transaction_base& transaction, const std::string& login);
std::int64_t project_row(pqxx::transaction_base& transaction, const std::string& name);

}  // namespace quilter
