#include "core/store/schema.hpp"

#include <array>

#include "core/digest/digest.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"

namespace quilter {
namespace {

struct Migration {
  int version;
  const char* name;
  const char* sql;
};
constexpr auto migrations = std::to_array<Migration>({
#include "quilter/migrations.inc"
});
constexpr const char* grants =
#include "quilter/grants.inc"
    ;

std::string lock_key_of(std::string_view what) {
  return std::to_string(static_cast<std::int64_t>(lock_hash(what)));
}

// Two who migrate at once take turns, and the second looks after its wait.
void take_migration_lock(pqxx::transaction_base& transaction) {
  transaction.exec("SELECT pg_advisory_xact_lock(" + lock_key_of("quilter migrate") + ")");
}

// By the catalogue's rows: to_regclass() would answer from a cache that is as old as this
// transaction, which began before it waited for the lock.
int version_of(pqxx::transaction_base& transaction) {
  if (transaction
          .exec("SELECT FROM pg_tables WHERE tablename = 'schema_migration' AND "
                "schemaname = ANY (current_schemas(false))")
          .empty())
    return 0;
  return transaction.exec("SELECT coalesce(max(version), 0) FROM schema_migration")[0][0].as<int>();
}

void refuse_newer(int version) {
  if (version > known_schema_version())
    throw StoreError{"the database has schema version " + std::to_string(version) +
                     ", this program knows up to " + std::to_string(known_schema_version()) +
                     ": install the newer quilter"};
}

void require_role(pqxx::transaction_base& transaction, const std::string& role,
                  const std::string& whose) {
  if (transaction.exec_params("SELECT FROM pg_roles WHERE rolname = $1", role).empty())
    throw StoreError{"there is no role " + role + " for " + whose +
                     ": create it first, as a superuser: CREATE ROLE " + role + " NOLOGIN"};
}

bool apply_migration(pqxx::connection& connection, const Migration& migration) {
  pqxx::work transaction{connection};
  take_migration_lock(transaction);
  const int version = version_of(transaction);
  refuse_newer(version);
  if (version >= migration.version) return false;
  transaction.exec(
      "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY, name text NOT "
      "NULL, "
      "applied_at timestamptz NOT NULL DEFAULT now())");
  transaction.exec(migration.sql);
  transaction.exec_params("INSERT INTO schema_migration (version, name) VALUES ($1, $2)",
                          migration.version, migration.name);
  transaction.commit();
  return true;
}

bool was_restored(pqxx::transaction_base& transaction) {
  return transaction
      .exec1(
          "SELECT f.system_identifier <> c.system_identifier OR greatest(a.transaction, "
          "(SELECT transaction FROM event ORDER BY transaction DESC LIMIT 1)) >= "
          "pg_snapshot_xmax(pg_current_snapshot()) FROM feed f, automation a, pg_control_system() "
          "c")[0]
      .as<bool>();
}

// A backup that was restored into a new server has events of transactions that are counted
// otherwise there: the feed could hold them back for years, and let new ones overtake them. They
// become the oldest, and readers' cursors those of another lineage. Automation goes on before the
// first event that it had not seen.
void mend_feed(pqxx::transaction_base& transaction) {
  if (!was_restored(transaction)) return;
  transaction.exec(
      "UPDATE automation a SET transaction = '1', id = coalesce((SELECT min(e.id) - 1 FROM event e "
      "WHERE (e.transaction, e.id) > (a.transaction, a.id)), (SELECT max(id) FROM event), 0)");
  transaction.exec("UPDATE event SET transaction = '1'");
  transaction.exec(
      "UPDATE feed SET mended = mended + 1, system_identifier = (SELECT system_identifier FROM "
      "pg_control_system())");
}

void grant(pqxx::connection& connection) {
  pqxx::work transaction{connection};
  take_migration_lock(transaction);
  mend_feed(transaction);
  transaction.exec(grants);
  transaction.commit();
}

}  // namespace

int known_schema_version() {
  return migrations.back().version;
}

int schema_version(pqxx::transaction_base& transaction) {
  return version_of(transaction);
}

std::string_view grants_of_roles() {
  return grants;
}

void migrate(const std::string& connection,
             const std::function<void(std::string_view name)>& applied) {
  as_store_error([&] {
    Pool pool{options_of_a_command(connection)};
    auto lease = pool.lease();
    in_transaction(lease, [](auto& transaction) {
      refuse_newer(version_of(transaction));
      require_role(transaction, "quilter_ingest", "the daemon");
      require_role(transaction, "quilter_tracker", "what people change");
    });
    for (const auto& migration : migrations)
      if (apply_migration(*lease, migration)) applied(migration.name);
    grant(*lease);
  });
}

void require_known_schema(pqxx::connection& connection) {
  pqxx::work transaction{connection};
  const int version = version_of(transaction);
  refuse_newer(version);
  if (version < known_schema_version())
    throw StoreError{(version == 0
                          ? std::string{"the database has no schema yet"}
                          : "the database has schema version " + std::to_string(version) +
                                ", this program needs " + std::to_string(known_schema_version())) +
                     ": run, with the owner's rights: quilter --database CONNECTION migrate"};
}

std::unique_ptr<Pool> pool_with_schema(const StoreOptions& options) {
  return std::make_unique<Pool>(
      options, Pool::Hooks{[](auto& session, const auto&) { require_known_schema(session); }, {}});
}

void require_excluding_locks(pqxx::connection& connection, const StoreOptions& options,
                             const Pool::Hooks::Watch& watch) {
  Pool::Connection other{with_bounds(options.connection)};
  const auto watched = watch(other.session);
  const auto key =
      lock_key_of("quilter probe " + std::to_string(std::hash<const void*>{}(&connection)));
  pqxx::work holder{connection};
  holder.exec("SELECT pg_advisory_xact_lock(" + key + ")");
  pqxx::work rival{other.session};
  if (!rival.exec("SELECT pg_try_advisory_xact_lock(" + key + ")")[0][0].as<bool>()) return;
  holder.exec("SELECT 1");  // throws where it has lost its lock by losing its session
  throw StoreError{
      "this database's advisory locks do not exclude: two sessions held one lock at once. Quilter "
      "needs a PostgreSQL whose pg_advisory_xact_lock works across sessions"};
}

// A record in the log of the server, so that the commit has to wait for its disk and its standbys.
void require_commits(pqxx::connection& connection) {
  pqxx::work transaction{connection};
  if (transaction.exec("SHOW transaction_read_only")[0][0].as<std::string>() == "on")
    throw Away{
        "the database is read-only: a standby, or default_transaction_read_only; "
        "database.connection must lead to the primary"};
  transaction.exec("SELECT pg_logical_emit_message(true, 'quilter', 'probe')");
  transaction.commit();
}

void require_fit(pqxx::connection& connection, const StoreOptions& options,
                 const Pool::Hooks::Watch& watch) {
  require_known_schema(connection);
  require_excluding_locks(connection, options, watch);
  require_commits(connection);
}

}  // namespace quilter
