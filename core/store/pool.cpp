#include "core/store/pool.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace quilter {

namespace {

// What libpq would wait for without end, bounded. What the operator wrote wins.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> bounds{{
    {"connect_timeout", "5"},
    {"tcp_user_timeout", "10000"},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},
    {"application_name", "quilter"},
}};

}  // namespace

std::string with_bounds(const std::string& connection) {
  const bool uri = connection.starts_with("postgresql://") || connection.starts_with("postgres://");
  std::string words, query;
  for (const auto& [name, value] : bounds) {
    const auto word = std::string{name} + "=" + std::string{value};
    words += word + " ";
    if (connection.find(std::string{name} + "=") == std::string::npos)
      query += (query.empty() && connection.find('?') == std::string::npos ? "?" : "&") + word;
  }
  return uri ? connection + query : words + connection;  // of two equal words the later one counts
}

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

void Pool::forget_idle() {
  std::vector<std::unique_ptr<Connection>> idle;  // closed outside the guard
  const std::lock_guard lock{guard_};
  idle.swap(idle_);
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
