#include "core/store/account_events.hpp"

#include "core/store/sql.hpp"

namespace quilter {

void tell(pqxx::transaction_base& transaction, const Asked& asked, const AccountEvent& event) {
  const bool of_field = !event.field.empty();
  if (of_field && event.from == event.to) return;
  transaction.exec_params(
      "INSERT INTO event (category, actor, request, login, project_id, field, old_value, new_value)"
      " VALUES ($1, $2, $3, $4, NULLIF($5, '')::bigint, NULLIF($6, ''), "
      "CASE WHEN $6 <> '' THEN $7 END, $8)",
      event.category, asked.by, asked.request, event.login, sql::number(event.project), event.field,
      event.from, event.to);
}

}  // namespace quilter
