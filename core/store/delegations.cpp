#include "core/store/delegations.hpp"

#include <nlohmann/json.hpp>

#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/require_right.hpp"
#include "core/store/schema.hpp"
#include "core/store/setting_events.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// As events tell it; null where there is none.
nlohmann::json rule_of(pqxx::transaction_base& transaction, std::int64_t project,
                       const std::string& pattern) {
  const auto rows = transaction.exec_params(
      "SELECT d.position, a.login FROM delegation d JOIN account a ON a.id = d.account_id "
      "WHERE d.project_id = $1 AND d.pattern = $2",
      project, pattern);
  if (rows.empty()) return nullptr;
  return {{"pattern", pattern},
          {"position", rows[0][0].as<std::int32_t>()},
          {"login", rows[0][1].as<std::string>()}};
}

}  // namespace

Delegations::Delegations(const std::string& connection)
    : pool_{pool_with_schema(options_of_a_command(connection))} {}

Delegations::~Delegations() = default;

std::vector<Delegation> Delegations::list(const std::string& project) {
  return transact(*pool_, [&](pqxx::transaction_base& transaction) {
    std::vector<Delegation> rules;
    for (const auto& row : transaction.exec_params(
             "SELECT d.position, d.pattern, a.login FROM delegation d JOIN account a ON a.id = "
             "d.account_id WHERE d.project_id = $1 ORDER BY d.position, d.pattern",
             project_row(transaction, project)))
      rules.push_back(
          {row[0].as<std::int32_t>(), row[1].as<std::string>(), row[2].as<std::string>()});
    return rules;
  });
}

void Delegations::add(const std::string& by, const std::string& project, const std::string& pattern,
                      const std::string& login, std::optional<std::int32_t> position) {
  transact(*pool_, [&](pqxx::transaction_base& transaction) {
    const auto id = hold_settings(transaction, project);
    require_right(transaction, by, Action::run_project, project);
    const auto before = rule_of(transaction, id, pattern);
    const auto account = transaction.exec_params(
        "SELECT a.id FROM account a JOIN role r ON r.account_id = a.id WHERE r.project_id = $1 AND "
        "a.login = $2 AND NOT a.disabled AND r.role IN ('maintainer', 'reviewer')",
        id, login);
    if (account.empty())
      throw Refused{login + " is no maintainer or reviewer of " + project +
                    ": only they can have patches"};
    transaction.exec_params(
        "INSERT INTO delegation (project_id, pattern, account_id, position) "
        "SELECT $1, $2, $3, coalesce(NULLIF($4, '')::integer, max(d.position) + 1, 0) "
        "FROM delegation d WHERE d.project_id = $1 "
        "ON CONFLICT (project_id, pattern) DO UPDATE SET account_id = excluded.account_id, "
        "position = coalesce(NULLIF($4, '')::integer, delegation.position)",
        id, pattern, account[0][0].as<std::int64_t>(),
        position ? std::to_string(*position) : std::string{});
    tell_setting(transaction, by, id, Setting::rule, before, rule_of(transaction, id, pattern));
  });
}

void Delegations::remove(const std::string& by, const std::string& project,
                         const std::string& pattern) {
  // A try after a commit in doubt finds it gone.
  transact(*pool_, [&, found = false](pqxx::transaction_base& transaction) mutable {
    const auto id = hold_settings(transaction, project);
    require_right(transaction, by, Action::run_project, project);
    const auto before = rule_of(transaction, id, pattern);
    found = found || !before.is_null();
    if (!found)
      throw Refused{"project " + project + " has no rule " + pattern +
                    ": see quilter delegate list"};
    transaction.exec_params("DELETE FROM delegation WHERE project_id = $1 AND pattern = $2", id,
                            pattern);
    tell_setting(transaction, by, id, Setting::rule, before, nullptr);
  });
}

}  // namespace quilter
