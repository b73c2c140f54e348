#include "core/store/apply.hpp"

#include <string>

#include "core/store/plan_json.hpp"
#include "core/store/sql.hpp"

namespace quilter {

namespace {

pqxx::row record(pqxx::transaction_base& transaction, const std::string& statement,
                 const Writing& writing) {
  const auto& [project, submission, message, patience, outcome] = *writing.errand;
  return transaction.exec_params1(statement, project.id, sql::array(writing.place.neighbourhoods),
                                  sql::array(writing.place.missing_ties), writing.plan,
                                  pqxx::binarystring(message.bytes), message.truncated);
}

}  // namespace

std::int64_t apply(pqxx::transaction_base& transaction, const Writing& writing) {
  const auto row =
      record(transaction, "SELECT coalesce(record_message($1, $2, $3, $4, $5, $6), 0)", writing);
  return row[0].as<std::int64_t>();
}

pqxx::row apply_and_look(pqxx::transaction_base& transaction, const Writing& writing,
                         const Errand& next, const ErrandKeys& keys) {
  // What is looked at depends on what was written: only so is the order of the two given.
  const auto project = std::to_string(next.project.id) + " + 0 * first.written";
  return record(
      transaction,
      "SELECT * FROM (SELECT coalesce(record_message($1, $2, $3, $4, $5, $6), 0)) first (written), "
      "LATERAL " +
          load_facts(transaction, next, keys, {}, project),
      writing);
}

std::vector<std::int64_t> apply(pqxx::transaction_base& transaction, const Project& project,
                                const std::vector<std::int64_t>& neighbourhoods, const Plan& plan) {
  const auto row = transaction.exec_params1(
      "SELECT ids, write_events($1, ids, $3::jsonb->'events') "
      "FROM write_series($1, $2, $3::jsonb) ids",
      project.id, sql::array(neighbourhoods), to_json(plan));
  return sql::integers(row[0]);
}

}  // namespace quilter
