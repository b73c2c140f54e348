#include "core/store/pool.hpp"

namespace quilter {

namespace {

// What libpq would wait for without end, bounded; what the operator wrote comes later and wins.
std::string with_bounds(const std::string& connection) {
  if (connection.find("://") != std::string::npos) return connection;
  return "connect_timeout=5 tcp_user_timeout=10000 keepalives_idle=5 keepalives_interval=2 "
         "keepalives_count=3 application_name=quilter " +
         connection;
}

}  // namespace

Pool::Lease Pool::lease() {
  std::unique_lock lock{guard_};
  const bool free = freed_.wait_for(lock, options_.lease_timeout, [this] {
    return !idle_.empty() || leased_ < options_.connections;
  });
  if (!free) throw Exhausted{};
  ++leased_;
  Lease lease{*this, nullptr};  // from here on the place is given back whatever happens
  if (!idle_.empty()) {
    lease.connection_ = std::move(idle_.back());
    idle_.pop_back();
    return lease;
  }
  lock.unlock();
  lease.connection_ = connect();
  return lease;
}

std::unique_ptr<Pool::Connection> Pool::connect() const {
  return std::make_unique<Connection>(with_bounds(options_.connection));
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock{guard_};
    --leased_;
    if (connection) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace quilter
