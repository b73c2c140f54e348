// Snapshot: one state of the database, for all that a command reads.
//
// Promise: from the first read to end() everything is seen as it was at the first, whatever is
// recorded meanwhile: what one read names, the next one finds. Reading changes nothing.
// Errors: StoreError; the read after it begins a new snapshot on a new connection.
// Owns: a lease and its transaction, from the first read to end(). PostgreSQL cannot clean up
// behind an open snapshot: don't keep one while somebody looks at the output.
// Threads: belongs to one.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"

namespace quilter {

class Snapshot {
 public:
  explicit Snapshot(Pool& pool) : pool_{pool} {}

  // Each row of the answer, converted.
  template <typename Convert, typename... Parameters>
  auto rows(const std::string& statement, Convert convert, const Parameters&... parameters) {
    return as_store_error([&] {
      try {
        begin();
        std::vector<decltype(convert(std::declval<pqxx::row>()))> found;
        for (const auto& row : transaction_->exec_params(statement, parameters...))
          found.push_back(convert(row));
        return found;
      } catch (...) {
        fail();
        throw;
      }
    });
  }

  void end() {
    transaction_.reset();
    lease_.reset();
  }

 private:
  void begin() {
    if (transaction_) return;
    lease_.emplace(pool_.lease());
    transaction_.emplace(**lease_);
    transaction_->exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  }

  void fail() {
    transaction_.reset();
    if (lease_) lease_->broken();
    lease_.reset();
  }

  Pool& pool_;
  std::optional<Pool::Lease> lease_;
  std::optional<pqxx::work> transaction_;
};

}  // namespace quilter
