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

void apply(pqxx::transaction_base& transaction, const Project& project,
           const std::vector<std::int64_t>& neighbourhoods, const Plan& plan) {
  transaction.exec_params(
      "SELECT write_events($1, NULL, write_series($1, $2, $3::jsonb), $3::jsonb->'events')",
      project.id, sql::array(neighbourhoods), to_json(plan));
}

}  // namespace quilter
