// The events of accounts, roles and tokens.
//
// Promise: in the transaction of what they tell; nothing that is secret is in them.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>

namespace quilter {

// Who asks for a change, and the number of what is asked: 128 random bits, as PostgreSQL reads a
// uuid. All events of one request have it.
struct Asked {
  std::string by;  // login
  std::string request;
};

struct AccountEvent {
  std::string category, login;
  std::optional<std::int64_t> project = std::nullopt;  // in which it has a role
  std::string field = {}, from = {}, to = {};          // field "": `to` is JSON
};

// Nothing where the field stays as it is.
void tell(pqxx::transaction_base& transaction, const Asked& asked, const AccountEvent& event);

}  // namespace quilter
