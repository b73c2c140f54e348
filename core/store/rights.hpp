// What a role may do to the schema's tables, beside what the ingest role needs (schema/grants.sql).
//
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/examination.hpp"

namespace quilter {

// Of the text of schema/grants.sql, what `role` gets: "INSERT on person", "UPDATE of name on
// person", "EXECUTE on forget_parked". `tables` stand for ALL TABLES.
std::set<std::string> rights_granted_by(std::string_view grants, std::string_view role,
                                        const std::vector<std::string>& tables);

RightsFacts rights_of_current_role(pqxx::transaction_base& transaction);

}  // namespace quilter
