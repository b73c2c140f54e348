#include "core/store/forbidden.hpp"

#include <pqxx/pqxx>

#include "core/store/attempts.hpp"

namespace quilter {

// Asks catalogs alone, which are everybody's to read.
RoleFacts role_facts(const std::string& connection) {
  return as_store_error([&] {
    pqxx::connection session{with_bounds(connection)};
    pqxx::work transaction{session};
    const auto row = transaction.exec1(
        "SELECT current_user, current_database(), coalesce(bool_or(rolname = 'quilter_ingest'), "
        "false), "
        "coalesce(bool_or(rolname = 'quilter_tracker'), false), coalesce((SELECT "
        "pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('schema_migration')), '') "
        "FROM pg_roles WHERE rolname IN ('quilter_ingest', 'quilter_tracker') "
        "AND pg_has_role(oid, 'USAGE')");
    return RoleFacts{.name = row[0].as<std::string>(),
                     .database = row[1].as<std::string>(),
                     .ingest = row[2].as<bool>(),
                     .tracker = row[3].as<bool>(),
                     .owner = row[4].as<std::string>()};
  });
}

}  // namespace quilter
