// Accounts and tokens where nobody hears what became of a commit.
#include "core/store/accounts.hpp"

#include "core/store/archive.hpp"
#include "core/store/delegations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cutting_proxy.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

// By a connection that breaks behind the next commits.
class DoubtfulAccounts {
 public:
  explicit DoubtfulAccounts(int cuts) : proxy_{cuts} {
    database.ask(
        "INSERT INTO account (login, admin) VALUES ('root', true), ('eve', false); "
        "INSERT INTO account_address SELECT 'eve@example.org', id FROM account "
        "WHERE login = 'eve'");
  }
  ~DoubtfulAccounts() { CHECK(proxy_.cuts_left() == 0); }
  DoubtfulAccounts(const DoubtfulAccounts&) = delete;
  DoubtfulAccounts& operator=(const DoubtfulAccounts&) = delete;

  Accounts accounts() const { return Accounts{proxy_.by(database.tracker())}; }
  Delegations delegations() const { return Delegations{proxy_.by(database.tracker())}; }

  ReadyDatabase database;

 private:
  CuttingProxy proxy_;
};

const Account dora{
    .login = "dora", .admin = true, .disabled = false, .addresses = {"d@example.org"}, .roles = {}};

}  // namespace

TEST_CASE("an account whose commit nobody heard of is there, once, and nothing else is said") {
  const DoubtfulAccounts demo{GENERATE(1, 2)};
  demo.accounts().add("root", dora);
  CHECK(demo.database.ask("SELECT login, admin, address FROM account JOIN account_address ON "
                          "account_id = id WHERE login = 'dora'") == "dora|t|d@example.org\n");
  CHECK(demo.database.ask("SELECT count(*) FROM event WHERE category = 'account-created'") ==
        "1\n");
  CHECK_THROWS_WITH(demo.accounts().add("root", dora), Contains("is there already"));
}

TEST_CASE("a token whose commit nobody heard of is the one that is told, and the only one") {
  const DoubtfulAccounts demo{2};
  const auto token = demo.accounts().add_token("root", "eve", "ci", std::nullopt);
  CHECK(demo.database.ask("SELECT hash = sha256('" + token + "') FROM token") == "t\n");
  CHECK(demo.database.ask("SELECT count(*) FROM event WHERE category = 'token-created'") == "1\n");
}

TEST_CASE("an address is taken away once, also where nobody heard of it") {
  const DoubtfulAccounts demo{1};
  const AccountChange change{.admin = std::nullopt,
                             .disabled = true,
                             .addresses = {},
                             .no_addresses = {"eve@example.org"}};
  demo.accounts().change("root", "eve", change);
  CHECK(demo.database.ask("SELECT disabled FROM account WHERE login = 'eve'") == "t\n");
  CHECK(demo.database.ask("SELECT count(*) FROM account_address") == "0\n");
  CHECK_THROWS_WITH(demo.accounts().change("root", "eve", change), Contains("has no address"));
}

TEST_CASE("a role is given, and a token revoked, once") {
  const DoubtfulAccounts demo{1};
  demo.database.ask(
      "INSERT INTO token (account_id, hash) SELECT id, sha256('x') FROM account WHERE login = "
      "'eve'");
  SECTION("a role") {
    demo.accounts().give_role("root", "demo", "eve", Role::bot);
  }
  SECTION("no token") {
    demo.accounts().revoke_token("root", 1);
  }
  CHECK(demo.database.ask("SELECT count(*) FROM event") == "1\n");
}

TEST_CASE("a rule is added or removed, also where nobody heard of it") {
  const DoubtfulAccounts demo{1};
  demo.database.ask("INSERT INTO role SELECT 1, id, 'reviewer' FROM account WHERE login = 'eve'");
  SECTION("added") {
    demo.delegations().add("root", "demo", "net/", "eve", std::nullopt);
    CHECK(demo.database.ask("SELECT position, pattern FROM delegation") == "0|net/\n");
  }
  SECTION("removed") {
    demo.database.ask("INSERT INTO delegation SELECT 1, 0, 'net/', account_id FROM role");
    demo.delegations().remove("root", "demo", "net/");
    CHECK(demo.database.ask("SELECT count(*) FROM delegation") == "0\n");
    CHECK_THROWS_WITH(demo.delegations().remove("root", "demo", "net/"), Contains("has no rule"));
  }
}
