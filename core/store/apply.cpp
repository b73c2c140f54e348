#include "core/store/apply.hpp"

#include "core/store/plan_json.hpp"
#include "core/store/sql.hpp"

namespace quilter {

std::int64_t apply(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, const RawMessage& message, const Found& found,
                   const Plan& plan) {
  const auto row = transaction.exec_params1(
      "SELECT coalesce(record_message($1, $2, $3, $4, $5, $6), 0)", project.id,
      sql::array(found.place.neighbourhoods), sql::array(found.place.missing_ties),
      to_json(submission, found.facts, plan, project.id), pqxx::binarystring(message.bytes),
      message.truncated);
  return row[0].as<std::int64_t>();
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
