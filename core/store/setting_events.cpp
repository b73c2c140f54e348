#include "core/store/setting_events.hpp"

#include <nlohmann/json.hpp>

#include "core/store/require_right.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::string category_of(Setting setting, const nlohmann::json& from, const nlohmann::json& to) {
  const std::string what = setting == Setting::project ? "project"
                           : setting == Setting::rule  ? "rule"
                                                       : "state";
  return what + (from.is_null() ? "-created" : to.is_null() ? "-removed" : "-changed");
}

std::string value_of(const nlohmann::json& value) {
  return value.is_null() ? "" : value.dump();
}

}  // namespace

// Under READ COMMITTED, or a read after the wait would be of before it.
std::int64_t hold_settings(pqxx::transaction_base& transaction, const std::string& project) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  const auto id = project_row(transaction, project);
  transaction.exec_params("SELECT FROM project WHERE id = $1 FOR NO KEY UPDATE", id);
  return id;
}

void tell_setting(pqxx::transaction_base& transaction, const std::string& by,
                  std::optional<std::int64_t> project, Setting setting, const nlohmann::json& from,
                  const nlohmann::json& to) {
  if (from == to) return;
  transaction.exec_params(
      "INSERT INTO event (project_id, category, actor, old_value, new_value) "
      "VALUES (NULLIF($1, '')::bigint, $2, $3, NULLIF($4, ''), NULLIF($5, ''))",
      sql::number(project), category_of(setting, from, to), by, value_of(from), value_of(to));
}

}  // namespace quilter
