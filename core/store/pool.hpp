// Pool: a bounded number of connections, and whether the database is there at all.
//
// Promise: no lease waits longer than its patience says, nor does what is done with it: past that
// the connection's socket is shut down. One thread of the pool makes the connections, so that
// nobody's message waits for a connect. Where none can be made and none is left, where one was cut
// at the end of its patience, or the server says that it cannot be used at all, the database is
// away: from then on lease() throws at once, and that thread alone looks for the database, at
// growing intervals until a transaction has ended well, and takes one that passes the probe.
// A Lease gives its connection back, or closes it where it was declared broken (libpqxx 6 would
// silently open it again, outside any transaction that we know of).
// Errors: lease() throws Away, and Exhausted where the database is there and no connection came
// free in time.
// Owns: the connections, two threads.
// Threads: lease() and the Lease's end are safe from any; a Lease belongs to one thread. The hooks
// are called from any.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/store/options.hpp"
#include "core/store/patience.hpp"
#include "core/store/store.hpp"
#include "core/store/watchdog.hpp"

namespace quilter {

struct Exhausted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The connection string with time-outs where it names none; keywords and URIs.
std::string with_bounds(const std::string& connection);

class Pool {
 public:
  // With a handler that takes the server's notices, which libpqxx would write to standard error.
  // Where it cannot be made, the error shows no password.
  struct Connection {
    explicit Connection(const std::string& options);
    pqxx::connection session;
    pqxx::quiet_errorhandler silence;
  };

  struct Hooks {
    // Of the first connection, and of the first one after the database was away: throws StoreError
    // where this database cannot be used. What it does with further ones is bounded by `watch`.
    using Watch = std::function<Watchdog::Watch(pqxx::connection&)>;
    std::function<void(pqxx::connection&, const Watch& watch)> probe = [](pqxx::connection&,
                                                                          const Watch&) {};
    DatabaseEvents events;
  };

  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_{std::exchange(other.pool_, nullptr)},
          connection_{std::move(other.connection_)},
          watch_{std::move(other.watch_)},
          urgency_{other.urgency_} {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    pqxx::connection& operator*() { return connection_->session; }
    // Not this one alone: what broke it has broken those that wait as well, as a rule.
    void broken();
    void unfit(const std::string& why);  // the server cannot be used at all, it says
    void worked() { pool_->worked(); }

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection, Urgency urgency)
        : pool_{&pool}, connection_{std::move(connection)}, urgency_{urgency} {}
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    Watchdog::Watch watch_;
    Urgency urgency_;
  };

  explicit Pool(StoreOptions options) : Pool{std::move(options), Hooks{}} {}
  Pool(StoreOptions options, Hooks hooks);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // lease_timeout and deadline, for leases and probes that begin from now on; the rest stays.
  void reconfigure(const StoreOptions& options) noexcept;

  // Without an end of the patience, lease_timeout bounds the wait.
  Lease lease(const Patience& patience = {});

  bool is_away() const;

 private:
  void keep_connected();
  void add_connection(std::unique_lock<std::mutex>& lock);
  int failed_to_connect(bool probe_hung);
  std::unique_ptr<Connection> connect(bool probing, const Patience& patience);
  bool wants_connection() const;
  bool may_take(Urgency urgency) const;
  std::chrono::milliseconds patience_of_probe() const;
  void away(const Away& why);
  void announce();
  void close_idle();
  void worked();
  void give_back(std::unique_ptr<Connection> connection, Urgency urgency);

  StoreOptions options_;
  Hooks hooks_;
  mutable std::mutex guard_;
  std::condition_variable freed_, wanted_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_ = 0;  // idle and leased
  int leased_in_background_ = 0;
  int waiting_ = 0, live_waiting_ = 0;
  bool probed_ = false;
  int troubles_ = 0, hung_probes_ = 0;  // since a transaction ended well
  std::optional<Away> away_;
  bool stop_ = false;
  std::mutex announcing_;
  std::optional<Away::Kind> announced_;
  Watchdog watchdog_;
  std::thread connector_;
};

}  // namespace quilter
