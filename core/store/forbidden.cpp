#include "core/store/forbidden.hpp"

#include <pqxx/pqxx>

#include "core/store/attempts.hpp"

namespace quilter {
namespace {

// Of catalogs alone, which are everybody's to read.
pqxx::row row_of(const std::string& connection, const char* query) {
  return as_store_error([&] {
    Pool::Connection own{with_bounds(connection)};
    return pqxx::work{own.session}.exec1(query);
  });
}

}  // namespace

RoleFacts role_facts(const std::string& connection) {
  const auto row = row_of(
      connection,
      "SELECT current_user, current_database(), coalesce(bool_or(rolname = 'quilter_ingest'), "
      "false), "
      "coalesce(bool_or(rolname = 'quilter_tracker'), false), coalesce((SELECT "
      "pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('schema_migration')), '') "
      "FROM pg_roles WHERE rolname IN ('quilter_ingest', 'quilter_tracker') "
      "AND pg_has_role(oid, 'USAGE')");
  return {.name = row[0].as<std::string>(),
          .database = row[1].as<std::string>(),
          .ingest = row[2].as<bool>(),
          .tracker = row[3].as<bool>(),
          .owner = row[4].as<std::string>()};
}

void require_to_record(const std::string& connection) {
  const auto row = row_of(connection,
                          "SELECT coalesce(bool_and(has_function_privilege(oid, 'EXECUTE')), false)"
                          " FROM pg_proc WHERE proname = 'record_message'");
  if (!row[0].as<bool>()) throw Forbidden{"permission denied for function record_message"};
}

}  // namespace quilter
