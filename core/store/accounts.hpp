// Accounts: who may change something, what they are in each project, and their tokens.
//
// Promise: each change is one transaction, one after the other, and an event; it is made once, also
// where the answer to its commit was lost. `by` asks for it: the login of an account that may
// (docs/tracking.md), or anybody whose database role owns the schema. Of a token only the SHA-256
// is kept.
// Errors: StoreError where the database is away or refuses; Refused where it may not be, or what it
// names is not there.
// Owns: one connection.
// Threads: Accounts belong to one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/date.hpp"
#include "core/tracking/permissions.hpp"

namespace quilter {

struct Account {
  std::string login;
  bool admin = false, disabled = false;
  std::vector<std::string> addresses;        // from which its mails come, in lower case
  std::map<std::string, std::string> roles;  // by project
};

// What is empty stays.
struct AccountChange {
  std::optional<bool> admin, disabled;
  std::vector<std::string> addresses, no_addresses;  // to add and to take away
};

struct Token {
  std::int64_t id = 0;
  std::string login, label;
  Timestamp created;
  std::optional<Timestamp> expires, revoked;
};

bool is_login(std::string_view text);  // that an account can have

class Pool;
class Snapshot;

class Accounts {
 public:
  explicit Accounts(const std::string& connection);
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  std::vector<Account> all();              // by login
  void require(const std::string& login);  // Refused where nobody can act so: none such, disabled

  void require_admin(const std::string& by);  // Refused where `by` may not make accounts
  void add(const std::string& by, const Account& account);  // its roles are given by give_role
  void change(const std::string& by, const std::string& login, const AccountChange& change);

  // Maintainer, reviewer or bot; nothing takes the role away.
  void give_role(const std::string& by, const std::string& project, const std::string& login,
                 std::optional<Role> role);

  // The token itself, which nobody is told again. Everybody has a say in their own.
  std::string add_token(const std::string& by, const std::string& login, const std::string& label,
                        std::optional<std::chrono::days> lifetime);
  std::vector<Token> tokens(const std::string& login);  // of all where it is ""; the newest last
  void revoke_token(const std::string& by, std::int64_t id);

 private:
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace quilter
