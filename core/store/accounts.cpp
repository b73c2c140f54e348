#include "core/store/accounts.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/digest/digest.hpp"
#include "core/mail/address.hpp"
#include "core/mail/text.hpp"
#include "core/store/account_events.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/new_request.hpp"
#include "core/store/pool.hpp"
#include "core/store/require_right.hpp"
#include "core/store/schema.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::string flag(bool value) {
  return value ? "true" : "false";
}

AccountEvent changed_account(const std::string& login, const std::string& field,
                             const std::string& from, const std::string& to) {
  return {"account-changed", login, std::nullopt, field, from, to};
}

// `Ann <ann@example.org>` is written down as often as the address alone.
std::string address_in(const std::string& written) {
  const auto found = mailboxes(written);
  auto address = found.size() == 1 ? lower(found[0].address) : "";
  const auto at = address.find('@');
  const bool is_one = at != std::string::npos && at > 0 && at + 1 < address.size() &&
                      at == address.rfind('@') && split(address).size() == 1 &&
                      printable(written) == written;
  if (!is_one) throw Refused{"no address: '" + printable(written) + "'; such as ann@example.org"};
  return address;
}

void add_addresses(pqxx::transaction_base& transaction, const Asked& asked, std::int64_t account,
                   const std::string& login, const std::vector<std::string>& addresses) {
  for (const auto& written : addresses) {
    const auto address = address_in(written);
    const auto added = transaction.exec_params(
        "INSERT INTO account_address (address, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        address, account);
    if (added.affected_rows() == 1)
      tell(transaction, asked, changed_account(login, "address", "", address));
    const auto row = transaction.exec_params1(
        "SELECT a.id, a.login FROM account_address d JOIN account a ON a.id = d.account_id "
        "WHERE d.address = $1",
        address);
    if (row[0].as<std::int64_t>() != account)
      throw Refused{address + " is " + row[1].as<std::string>() + "'s: quilter user set " +
                    row[1].as<std::string>() + " --no-address " + address};
  }
}

// Everybody runs their own tokens, who is disabled nothing.
void require_own_or_right(pqxx::transaction_base& transaction, const std::string& by,
                          const std::string& login) {
  if (by != login) return require_right(transaction, by, Action::run_accounts, "");
  if (!transaction.exec_params("SELECT FROM account WHERE login = $1 AND disabled", by).empty())
    throw Refused{"the account " + by + " is disabled"};
}

std::string new_token() {
  std::array<std::uint8_t, 32> bytes{};
  if (getentropy(bytes.data(), bytes.size()) != 0)
    throw std::system_error{errno, std::generic_category(), "getentropy"};
  return "quilter_" + hex(bytes);
}

Account account_of(const pqxx::row& row) {
  Account account{.login = row[0].as<std::string>(),
                  .admin = row[1].as<bool>(),
                  .disabled = row[2].as<bool>(),
                  .addresses = sql::texts(row[3]),
                  .roles = {}};
  const auto projects = sql::texts(row[4]), roles = sql::texts(row[5]);
  for (std::size_t i = 0; i < projects.size(); ++i) account.roles.emplace(projects[i], roles[i]);
  return account;
}

Token token_of(const pqxx::row& row) {
  return {.id = row[0].as<std::int64_t>(),
          .login = row[1].as<std::string>(),
          .label = row[2].as<std::string>(),
          .created = sql::epoch(row[3]).value_or(Timestamp{}),
          .expires = sql::epoch(row[4]),
          .revoked = sql::epoch(row[5])};
}

// One change of accounts after the other: who gets the lock finds the one before it ended, also
// where that was its own, and nobody heard what became of it.
void take_accounts_lock(pqxx::transaction_base& transaction) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(" +
                   std::to_string(static_cast<std::int64_t>(lock_hash("quilter accounts"))) + ")");
}

// In a transaction of its own; the next read sees its result.
template <typename Work>
void write_accounts(Pool& pool, Snapshot& snapshot, const std::string& by, Work work) {
  as_store_error([&, asked = Asked{by, new_request()}] {
    snapshot.end();
    in_transaction_again(pool, [&, tried = false](pqxx::transaction_base& transaction) mutable {
      take_accounts_lock(transaction);
      if (!std::exchange(tried, true) || !took_place(transaction, asked.request))
        work(transaction, asked);
    });
  });
}

}  // namespace

// As the table's CHECK says it.
bool is_login(std::string_view text) {
  const auto is_word = [](char c) { return is_digit(c) || is_letter(c) || c == '_'; };
  return !text.empty() && text.size() <= 150 && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) {
                       return is_word(c) ||
                              std::string_view{"@.+-"}.find(c) != std::string_view::npos;
                     }) &&
         text != "ingest" && text != Actor::automation().login && text != Actor::takeover().login;
}

Accounts::Accounts(const std::string& connection)
    : pool_{pool_with_schema(options_of_a_command(connection))},
      snapshot_{std::make_unique<Snapshot>(*pool_)} {
  as_store_error([this] { pool_->lease(); });
}

Accounts::~Accounts() = default;

std::vector<Account> Accounts::all() {
  return snapshot_->rows(
      "SELECT a.login, a.admin, a.disabled, ARRAY(SELECT d.address FROM account_address d "
      "WHERE d.account_id = a.id ORDER BY 1), ARRAY(SELECT j.name FROM role r JOIN project j "
      "ON j.id = r.project_id WHERE r.account_id = a.id ORDER BY j.name), "
      "ARRAY(SELECT r.role FROM role r JOIN project j ON j.id = r.project_id "
      "WHERE r.account_id = a.id ORDER BY j.name) FROM account a ORDER BY a.login",
      account_of);
}

// "automation" is no account, and can be none: only Quilter itself acts as that.
void Accounts::require(const std::string& login) {
  const auto found = snapshot_->rows(
      "SELECT disabled FROM account WHERE login = $1",
      [](const pqxx::row& row) { return row[0].as<bool>(); }, login);
  snapshot_->end();
  if (found.empty())
    throw Refused{"there is no account " + login +
                  " to act as: --as names one; quilter user list tells them"};
  if (found.front()) throw Refused{"the account " + login + " is disabled"};
}

void Accounts::require_admin(const std::string& by) {
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& /*asked*/) {
    require_right(transaction, by, Action::run_accounts, "");
  });
}

void Accounts::add(const std::string& by, const Account& account) {
  if (!is_login(account.login))
    throw Refused{
        "a login is 1 to 150 letters, digits, '_', '@', '.', '+' and '-', the first a letter, "
        "digit or '_'; ingest, automation and import-patchwork are nobody's"};
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& asked) {
    require_right(transaction, by, Action::run_accounts, "");
    const auto rows = transaction.exec_params(
        "INSERT INTO account (login, admin, disabled) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING "
        "RETURNING id",
        account.login, account.admin, account.disabled);
    if (rows.empty())
      throw Refused{"account " + account.login + " is there already: see quilter user list"};
    tell(
        transaction, asked,
        {"account-created", account.login, std::nullopt, "", "",
         "{\"admin\": " + flag(account.admin) + ", \"disabled\": " + flag(account.disabled) + "}"});
    add_addresses(transaction, asked, rows[0][0].template as<std::int64_t>(), account.login,
                  account.addresses);
  });
}

void Accounts::change(const std::string& by, const std::string& login,
                      const AccountChange& change) {
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& asked) {
    require_right(transaction, by, Action::run_accounts, "");
    const auto id = account_row(transaction, login);
    const auto set = [&](const std::string& field, std::optional<bool> to) {
      if (!to) return;
      const auto from = transaction.exec_params1(
          "SELECT " + field + " FROM account WHERE id = $1 FOR NO KEY UPDATE", id);
      transaction.exec_params("UPDATE account SET " + field + " = $2 WHERE id = $1", id, *to);
      tell(transaction, asked,
           changed_account(login, field, flag(from[0].template as<bool>()), flag(*to)));
    };
    set("admin", change.admin);
    set("disabled", change.disabled);
    for (const auto& written : change.no_addresses) {
      const auto address = lower(trim(written));
      if (transaction
              .exec_params("DELETE FROM account_address WHERE account_id = $1 AND address = $2", id,
                           address)
              .affected_rows() == 0)
        throw Refused{login + " has no address " + written};
      tell(transaction, asked, changed_account(login, "address", address, ""));
    }
    add_addresses(transaction, asked, id, login, change.addresses);
  });
}

void Accounts::give_role(const std::string& by, const std::string& project,
                         const std::string& login, std::optional<Role> role) {
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& asked) {
    require_right(transaction, by, Action::run_project, project);
    const auto in = project_row(transaction, project), account = account_row(transaction, login);
    const auto held = transaction.exec_params(
        "SELECT role FROM role WHERE project_id = $1 AND account_id = $2 FOR UPDATE", in, account);
    if (role)
      transaction.exec_params(
          "INSERT INTO role (project_id, account_id, role) VALUES ($1, $2, $3) "
          "ON CONFLICT (project_id, account_id) DO UPDATE SET role = EXCLUDED.role",
          in, account, std::string{to_string(*role)});
    else
      transaction.exec_params("DELETE FROM role WHERE project_id = $1 AND account_id = $2", in,
                              account);
    tell(transaction, asked,
         {"role-changed", login, in, "role",
          held.empty() ? "" : held[0][0].template as<std::string>(),
          role ? std::string{to_string(*role)} : ""});
  });
}

std::string Accounts::add_token(const std::string& by, const std::string& login,
                                const std::string& label,
                                std::optional<std::chrono::days> lifetime) {
  auto token = new_token();
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& asked) {
    require_own_or_right(transaction, by, login);
    const auto row = transaction.exec_params1(
        "INSERT INTO token (account_id, hash, label, expires_at) "
        "VALUES ($1, decode($2, 'hex'), $3, now() + NULLIF($4, '')::integer * interval '1 day') "
        "RETURNING json_build_object('token', id, 'label', label, 'expires', "
        "to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))",
        account_row(transaction, login), sha256_hex(token), valid_utf8(label),
        lifetime ? std::to_string(lifetime->count()) : "");
    tell(transaction, asked,
         {"token-created", login, std::nullopt, "", "", row[0].template as<std::string>()});
  });
  return token;
}

std::vector<Token> Accounts::tokens(const std::string& login) {
  const auto known = snapshot_->rows(
      "SELECT EXISTS (SELECT FROM account WHERE login = $1)",
      [](const pqxx::row& row) { return row[0].as<bool>(); }, login);
  if (!login.empty() && !known.front())
    throw Refused{"there is no account " + login + ": see quilter user list"};
  return snapshot_->rows(
      "SELECT t.id, a.login, t.label, extract(epoch FROM t.created_at)::bigint, "
      "extract(epoch FROM t.expires_at)::bigint, extract(epoch FROM t.revoked_at)::bigint "
      "FROM token t JOIN account a ON a.id = t.account_id WHERE $1 = '' OR a.login = $1 "
      "ORDER BY t.id",
      token_of, login);
}

void Accounts::revoke_token(const std::string& by, std::int64_t id) {
  write_accounts(*pool_, *snapshot_, by, [&](auto& transaction, const Asked& asked) {
    const auto rows = transaction.exec_params(
        "SELECT a.login FROM token t JOIN account a ON a.id = t.account_id WHERE t.id = $1", id);
    if (rows.empty())
      throw Refused{"there is no token " + std::to_string(id) + ": see quilter token list"};
    const auto login = rows[0][0].template as<std::string>();
    require_own_or_right(transaction, by, login);
    const auto revoked = transaction.exec_params(
        "UPDATE token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL", id);
    if (revoked.affected_rows() == 1)
      tell(transaction, asked,
           {"token-revoked", login, std::nullopt, "", "",
            "{\"token\": " + std::to_string(id) + "}"});
  });
}

}  // namespace quilter
