// Pool: a bounded number of connections. libmilter's thread pool is not bounded, PostgreSQL's
// connections are.
//
// Promise: a Lease gives its connection back, or closes it where it was declared broken (libpqxx 6
// would silently open it again, outside any transaction that we know of).
// Errors: lease() throws pqxx::broken_connection where none can be made, Exhausted where none comes
// free in time.
// Owns: the connections.
// Threads: lease() and the Lease's end are safe from any; a Lease belongs to one thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/store/options.hpp"

namespace quilter {

struct Exhausted : std::runtime_error {
  Exhausted() : std::runtime_error{"no database connection came free in time"} {}
};

// The connection string with time-outs where it names none; keywords and URIs.
std::string with_bounds(const std::string& connection);

class Pool {
 public:
  // With a handler that takes the server's notices, which libpqxx would write to standard error.
  struct Connection {
    explicit Connection(const std::string& options) : session{options}, silence{session} {}
    pqxx::connection session;
    pqxx::quiet_errorhandler silence;
  };

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_{&pool}, connection_{std::move(connection)} {}
    Lease(Lease&& other) noexcept
        : pool_{std::exchange(other.pool_, nullptr)}, connection_{std::move(other.connection_)} {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(std::move(connection_));
    }
    pqxx::connection& operator*() { return connection_->session; }
    // Not this one alone: what broke it has broken those that wait as well, as a rule.
    void broken() {
      connection_.reset();
      pool_->forget_idle();
    }

   private:
    friend class Pool;
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit Pool(StoreOptions options) : options_{std::move(options)} {}
  Lease lease();

 private:
  std::unique_ptr<Connection> connect() const;
  void forget_idle();
  void give_back(std::unique_ptr<Connection> connection);

  StoreOptions options_;
  std::mutex guard_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int leased_ = 0;
};

}  // namespace quilter
