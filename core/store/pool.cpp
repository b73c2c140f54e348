#include "core/store/pool.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/store/sql.hpp"

namespace quilter {

namespace {

using namespace std::chrono_literals;

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

Pool::Connection::Connection(const std::string& options) : session{options}, silence{session} {
#if PQXX_VERSION_MAJOR < 7
  // Version 6 connects again by itself, for a mere ROLLBACK too, and waits for that.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  session.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

Pool::Lease::~Lease() {
  if (pool_ == nullptr) return;
  watch_.end();
  pool_->give_back(std::move(connection_), urgency_);
}

void Pool::Lease::broken() {
  watch_.end();  // before the socket is closed
  connection_.reset();
  pool_->close_idle();
}

Pool::Pool(StoreOptions options, Hooks hooks)
    : options_{std::move(options)},
      hooks_{std::move(hooks)},
      watchdog_{[this] {
        std::unique_lock lock{guard_};
        away(Away{"no answer in time"}, lock);
      }},
      connector_{[this] { keep_connected(); }} {}

Pool::~Pool() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  wanted_.notify_one();
  connector_.join();
}

Pool::Lease Pool::lease(const Patience& patience) {
  const auto until = std::min(patience.until, Patience::of(options_.lease_timeout).until);
  std::unique_lock lock{guard_};
  const int live = patience.urgency == Urgency::live ? 1 : 0;
  ++waiting_;
  live_waiting_ += live;
  if (wants_connection()) wanted_.notify_one();
  freed_.wait_until(lock, until, [&] { return away_ || may_take(patience.urgency); });
  --waiting_;
  live_waiting_ -= live;
  if (away_) throw Away{*away_};
  if (!may_take(patience.urgency)) throw Exhausted{};
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  leased_in_background_ += 1 - live;
  lock.unlock();
  Lease lease{*this, std::move(connection), patience.urgency};  // given back whatever happens
  if (patience.ends()) lease.watch_ = watchdog_.watch((*lease).sock(), patience.until);
  return lease;
}

bool Pool::may_take(Urgency urgency) const {
  if (idle_.empty() || urgency == Urgency::live) return !idle_.empty();
  return live_waiting_ == 0 && leased_in_background_ < std::max(1, options_.connections / 2);
}

bool Pool::wants_connection() const {
  return away_ || (waiting_ > 0 && idle_.empty() && open_ < options_.connections);
}

// The connector's thread. It is the one who knocks while the database is away.
void Pool::keep_connected() {
  std::unique_lock lock{guard_};
  int failures = 0;
  while (true) {
    wanted_.wait(lock, [this] { return stop_ || wants_connection(); });
    if (stop_) return;
    failures = add_connection(lock) ? 0 : failures + 1;
    if (failures == 0) continue;
    wanted_.wait_for(lock, growing_pause(failures, 50ms, 1600ms), [this] { return stop_; });
  }
}

bool Pool::add_connection(std::unique_lock<std::mutex>& lock) {
  const bool probing = away_ || !probed_;
  lock.unlock();
  try {
    auto connection = connect(probing);
    lock.lock();
    connected(std::move(connection), lock);
    return true;
  } catch (const StoreError& unfit) {
    if (!lock.owns_lock()) lock.lock();
    away(Away{unfit.what(), Away::Kind::unfit}, lock);
  } catch (const std::exception& error) {
    if (!lock.owns_lock()) lock.lock();
    if (open_ == 0) away(Away{sql::first_line(error.what())}, lock);
  }
  return false;
}

std::unique_ptr<Pool::Connection> Pool::connect(bool probing) {
  auto connection = std::make_unique<Connection>(with_bounds(options_.connection));
  if (!probing) return connection;
  const auto watch =
      watchdog_.watch(connection->session.sock(), Patience::of(options_.deadline).until);
  hooks_.probe(connection->session);
  return connection;
}

void Pool::connected(std::unique_ptr<Connection> connection, std::unique_lock<std::mutex>& lock) {
  const bool was_away = away_.has_value();
  idle_.push_back(std::move(connection));
  ++open_;
  probed_ = true;
  away_.reset();
  freed_.notify_all();
  if (!was_away) return;
  lock.unlock();
  hooks_.events.back();
  lock.lock();
}

void Pool::away(const Away& why, std::unique_lock<std::mutex>& lock) {
  const bool known = away_ && away_->kind() == why.kind();
  away_ = why;
  auto idle = std::exchange(idle_, {});
  open_ -= static_cast<int>(idle.size());
  freed_.notify_all();
  wanted_.notify_one();
  lock.unlock();
  idle.clear();
  if (!known) hooks_.events.away(why.what());
  lock.lock();
}

void Pool::close_idle() {
  std::vector<std::unique_ptr<Connection>> idle;  // closed outside the guard
  const std::lock_guard lock{guard_};
  idle.swap(idle_);
  open_ -= static_cast<int>(idle.size());
}

void Pool::give_back(std::unique_ptr<Connection> connection, Urgency urgency) {
  {
    const std::lock_guard lock{guard_};
    if (urgency == Urgency::background) --leased_in_background_;
    if (connection)
      idle_.push_back(std::move(connection));
    else
      --open_;
    if (wants_connection()) wanted_.notify_one();
  }
  freed_.notify_all();
}

}  // namespace quilter
