#include "core/store/require_right.hpp"

#include <set>

#include "core/store/archive.hpp"

namespace quilter {

void require_right(pqxx::transaction_base& transaction, const std::string& by, Action action,
                   const std::string& project) {
  const auto row = transaction.exec_params1(
      "SELECT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c "
      "WHERE c.oid = 'account'::regclass), coalesce((SELECT a.admin FROM account a "
      "WHERE a.login = $1 AND NOT a.disabled), false), coalesce((SELECT r.role FROM role r "
      "JOIN account a ON a.id = r.account_id JOIN project j ON j.id = r.project_id "
      "WHERE a.login = $1 AND NOT a.disabled AND j.name = $2), '')",
      by, project);
  const bool nobody = by == "ingest" || by == Actor::automation().login ||
                      by == Actor::takeover().login;  // in the log they are others
  if (row[0].as<bool>() && !nobody) return;
  std::set<Role> held;
  if (row[1].as<bool>()) held.insert(Role::admin);
  if (const auto role = role_of(row[2].as<std::string>())) held.insert(*role);
  if (right(held, action) != Right::all)
    throw Refused{by + " may not " + std::string{to_string(action)} +
                  (action == Action::run_project ? ": a maintainer of " + project + " may (--as)"
                                                 : std::string{": an admin may (--as)"}) +
                  ", and who owns the schema (docs/tracking.md)"};
}

std::int64_t account_row(pqxx::transaction_base& transaction, const std::string& login) {
  const auto rows = transaction.exec_params("SELECT id FROM account WHERE login = $1", login);
  if (rows.empty()) throw Refused{"there is no account " + login + ": see quilter user list"};
  return rows[0][0].as<std::int64_t>();
}

std::int64_t project_row(pqxx::transaction_base& transaction, const std::string& name) {
  const auto rows = transaction.exec_params("SELECT id FROM project WHERE name = $1", name);
  if (rows.empty()) throw Refused{"there is no project " + name + ": see quilter project list"};
  return rows[0][0].as<std::int64_t>();
}

}  // namespace quilter
