#include "core/store/set_up.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <pqxx/pqxx>

#include "core/mail/text.hpp"
#include "core/store/attempts.hpp"
#include "core/store/connection_text.hpp"
#include "core/store/pool.hpp"
#include "core/store/sql.hpp"
#include "core/store/store.hpp"

namespace quilter {
namespace {

// A literal, an identifier, and the value of a connection string's keyword.
std::string quoted(std::string_view text, char quote, char escape) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || c == escape) result += escape;
    result += c;
  }
  return result + quote;
}
std::string literal(std::string_view text) {
  return quoted(text, '\'', '\'');
}
std::string identifier(std::string_view text) {
  return quoted(text, '"', '"');
}

using Parsed = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

Parsed parse(const std::string& connection, std::string& fault) {
  char* why = nullptr;
  Parsed parsed{PQconninfoParse(connection.c_str(), &why), PQconninfoFree};
  const std::unique_ptr<char, void (*)(void*)> owned{why, PQfreemem};
  if (!parsed)
    fault = "the connection string is wrong: " +
            without_passwords_of(connection, sql::first_line(why != nullptr ? why : ""));
  return parsed;
}

Parsed parse(const std::string& connection) {
  std::string fault;
  auto parsed = parse(connection, fault);
  if (!parsed) throw StoreError{fault};
  return parsed;
}

}  // namespace

std::string fault_of_connection(const std::string& connection) {
  std::string fault;
  parse(connection, fault);
  return fault;
}

std::string database_name(const std::string& connection) {
  const auto parsed = parse(connection);
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
    if (std::string_view{option->keyword} == "dbname" && option->val != nullptr) return option->val;
  throw StoreError{"the connection string names no database: add dbname=quilter"};
}

std::string maintenance_database(const std::string& connection) {
  std::string words;
  const auto parsed = parse(connection);
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || std::string_view{option->keyword} == "dbname") continue;
    words += std::string{option->keyword} + "=" + quoted(option->val, '\'', '\\') + " ";
  }
  return words + "dbname=postgres";
}

std::string quoted_identifier(std::string_view name) {
  const bool plain =
      !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_';
      });
  return plain ? std::string{name} : identifier(name);
}

std::vector<SetUpStep> set_up_steps(const std::string& database, const std::string& daemon_role) {
  const auto role = [](const std::string& name) {
    return "SELECT FROM pg_roles WHERE rolname = " + literal(name);
  };
  return {
      {"CREATE ROLE quilter_ingest NOLOGIN", role("quilter_ingest")},
      {"CREATE ROLE quilter_tracker NOLOGIN", role("quilter_tracker")},
      {"CREATE ROLE " + identifier(daemon_role) + " LOGIN", role(daemon_role)},
      {"GRANT quilter_ingest TO " + identifier(daemon_role),
       role(daemon_role) + " AND pg_has_role(oid, 'quilter_ingest', 'MEMBER')"},
      // Sorted by bytes: what the dump promises, and what no upgrade of a C library can change.
      {"CREATE DATABASE " + identifier(database) +
           " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
       "SELECT FROM pg_database WHERE datname = " + literal(database)},
  };
}

void set_up(const std::string& connection, const std::string& daemon_role,
            const std::function<void(std::string_view statement)>& done) {
  const auto database = database_name(connection);
  as_store_error([&] {
    Pool pool{options_of_a_command(maintenance_database(connection))};
    auto lease = pool.lease();
    pqxx::nontransaction session{*lease};  // CREATE DATABASE stands in no transaction
    for (const auto& step : set_up_steps(database, daemon_role)) {
      if (!session.exec(step.unless).empty()) continue;
      session.exec(step.statement);
      done(step.statement);
    }
  });
}

}  // namespace quilter
