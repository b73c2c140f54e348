// BriefTransaction: a transaction that its user begins with its first statement, in one string with
// it, and so in one round trip. Each costs the server as much as a small statement.
//
// Promise: what was not committed is rolled back.
// Errors: commit() throws in_doubt_error where the connection breaks meanwhile.
// Owns: nothing; the connection outlives it.
// Threads: belongs to one.
#pragma once

#include <pqxx/pqxx>

namespace quilter {

class BriefTransaction {
 public:
  explicit BriefTransaction(pqxx::connection& session) : statements_{session} {}
  BriefTransaction(const BriefTransaction&) = delete;
  BriefTransaction& operator=(const BriefTransaction&) = delete;
  ~BriefTransaction() {
    if (!open_) return;
    try {
      statements_.exec("ROLLBACK");
    } catch (const std::exception&) {  // a broken connection, which whoever is thrown out says
    }
  }

  explicit operator pqxx::transaction_base&() { return statements_; }

  void commit() {
    open_ = false;
    try {
      statements_.exec("COMMIT");
    } catch (const pqxx::broken_connection& error) {
      throw pqxx::in_doubt_error{error.what()};
    }
  }

 private:
  pqxx::nontransaction statements_;
  bool open_ = true;
};

}  // namespace quilter
