#include "core/store/patchwork_people.hpp"

#include <optional>
#include <set>

#include "core/store/account_events.hpp"
#include "core/store/accounts.hpp"
#include "core/store/new_request.hpp"
#include "core/store/sql.hpp"
#include "core/tracking/change.hpp"

namespace quilter {
namespace {

// The first of the addresses counts first.
std::optional<std::string> known_login(pqxx::transaction_base& transaction, const UserThere& user) {
  const auto rows = transaction.exec_params(
      "SELECT a.login, w.n FROM unnest($1::text[]) WITH ORDINALITY w (address, n) "
      "JOIN account_address d ON d.address = w.address JOIN account a ON a.id = d.account_id "
      "UNION ALL SELECT login, NULL FROM account WHERE login = $2 ORDER BY 2 NULLS LAST LIMIT 1",
      sql::array(user.addresses), user.username);
  if (rows.empty()) return std::nullopt;
  return rows[0][0].as<std::string>();
}

void make_account(pqxx::transaction_base& transaction, const Asked& asked, const UserThere& user,
                  const std::set<std::string>& maintained) {
  const auto& login = user.username;
  const auto id =
      transaction
          .exec_params1("INSERT INTO account (login, disabled) VALUES ($1, $2) RETURNING id", login,
                        !user.active)[0]
          .as<std::int64_t>();
  const std::string disabled = user.active ? "false" : "true";
  tell(transaction, asked,
       {"account-created", login, std::nullopt, "", "",
        R"({"admin": false, "disabled": )" + disabled + "}"});
  for (const auto& address : user.addresses) {
    if (address.find('@') == std::string::npos) continue;
    const auto added = transaction.exec_params(
        "INSERT INTO account_address (address, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        address, id);
    if (added.affected_rows() == 1)
      tell(transaction, asked, {"account-changed", login, std::nullopt, "address", "", address});
  }
  for (const auto& project : maintained)
    for (const auto& row : transaction.exec_params(
             "INSERT INTO role (project_id, account_id, role) SELECT id, $2, 'maintainer' "
             "FROM project WHERE name = $1 RETURNING project_id",
             project, id))
      tell(transaction, asked,
           {"role-changed", login, row[0].as<std::int64_t>(), "role", "", "maintainer"});
}

bool lacks_role(pqxx::transaction_base& transaction, const std::string& login,
                const std::string& project) {
  return transaction
      .exec_params(
          "SELECT FROM account a WHERE a.login = $1 AND (a.admin OR EXISTS (SELECT FROM role r "
          "JOIN project j ON j.id = r.project_id WHERE r.account_id = a.id AND j.name = $2))",
          login, project)
      .empty();
}

}  // namespace

PeopleTaken take_people(pqxx::transaction_base& transaction, const std::vector<UserThere>& users,
                        const std::map<std::int64_t, std::string>& projects, Trial trial) {
  PeopleTaken people;
  const Asked asked{Actor::takeover().login, new_request()};
  for (const auto& user : users) {
    std::set<std::string> maintained;
    for (const auto id : user.maintains)
      if (const auto name = projects.find(id); name != projects.end())
        maintained.insert(name->second);
    if (const auto login = known_login(transaction, user)) {
      people.logins.emplace(user.id, *login);
      for (const auto& project : maintained)
        if (user.active && lacks_role(transaction, *login, project))
          people.lacking.emplace_back(project, *login);
    } else if (is_login(user.username)) {
      if (trial == Trial::no) make_account(transaction, asked, user, maintained);
      people.logins.emplace(user.id, user.username);
      people.made.push_back(user.username);
    } else {
      people.usernames.emplace(user.id, user.username);
    }
  }
  return people;
}

}  // namespace quilter
