#include "core/store/pool.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/connection_text.hpp"
#include "core/store/out_of_memory.hpp"
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

// Before the operator's own: of two equal words the later one counts.
std::string with_bounds(const std::string& connection) {
  const bool uri = is_connection_uri(connection);
  std::string ours;
  for (const auto& [name, value] : bounds)
    ours.append(name).append("=").append(value).append(uri ? "&" : " ");
  if (!uri) return ours + connection;
  const auto query = query_place(connection);
  const auto own = query < connection.size() ? connection.substr(query + 1) : "";
  if (own.empty()) ours.pop_back();
  return connection.substr(0, query) + "?" + ours + own;
}

Pool::Connection::Connection(const std::string& options) try : session{options}, silence{session} {
#if PQXX_VERSION_MAJOR < 7
  // Version 6 connects again by itself, for a mere ROLLBACK too, and waits for that.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  session.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
} catch (const pqxx::broken_connection& error) {
  throw pqxx::broken_connection{without_passwords_of(options, error.what())};
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

void Pool::Lease::unfit(const std::string& why) {
  broken();
  pool_->away(Away{why, Away::Kind::unfit});
}

Pool::Pool(StoreOptions options, Hooks hooks)
    : options_{std::move(options)}, hooks_{std::move(hooks)}, watchdog_{[this] {
        away(Away{"no answer in time"});
      }} {
  idle_.reserve(static_cast<std::size_t>(options_.connections) + 1);  // what comes back always fits
  connector_ = std::thread{[this] { keep_connected(); }};
}

Pool::~Pool() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  wanted_.notify_one();
  watchdog_.bite_all();  // a probe may wait for a commit that hangs
  connector_.join();
}

// Nothing that is read without the guard.
void Pool::reconfigure(const StoreOptions& options) noexcept {
  const std::lock_guard lock{guard_};
  options_.lease_timeout = options.lease_timeout;
  options_.deadline = options.deadline;
}

Pool::Lease Pool::lease(const Patience& patience) {
  if (patience.ends() && patience.left() <= 0ms)
    throw Exhausted{"no time was left to ask the database"};
  std::unique_lock lock{guard_};
  const auto until = std::min(patience.until, Patience::of(options_.lease_timeout).until);
  const int live = patience.urgency == Urgency::live ? 1 : 0;
  ++waiting_;
  live_waiting_ += live;
  if (wants_connection()) wanted_.notify_one();
  freed_.wait_until(lock, until, [&] { return away_ || may_take(patience.urgency); });
  --waiting_;
  live_waiting_ -= live;
  if (away_) throw Away{*away_};
  if (!may_take(patience.urgency)) throw Exhausted{"no database connection came free in time"};
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  leased_in_background_ += 1 - live;
  if (waiting_ > 0 && !idle_.empty()) freed_.notify_all();  // whom this one held back
  lock.unlock();
  Lease lease{*this, std::move(connection), patience.urgency};  // given back whatever happens
  if (patience.ends()) lease.watch_ = watchdog_.watch((*lease).sock(), patience.until);
  return lease;
}

// One is never refused to background work, or a flood of mail would leave the spool full for ever.
bool Pool::may_take(Urgency urgency) const {
  if (idle_.empty() || urgency == Urgency::live || leased_in_background_ == 0)
    return !idle_.empty();
  return live_waiting_ == 0 && leased_in_background_ < options_.connections / 2;
}

bool Pool::is_away() const {
  const std::lock_guard lock{guard_};
  return away_.has_value();
}

bool Pool::wants_connection() const {
  return away_ || (waiting_ > 0 && idle_.empty() && open_ < options_.connections);
}

// The connector's thread. It is the one who knocks while the database is away.
void Pool::keep_connected() {
  std::unique_lock lock{guard_};
  while (true) {
    wanted_.wait(lock, [this] { return stop_ || wants_connection(); });
    if (troubles_ > 0)
      wanted_.wait_for(lock, growing_pause(troubles_, 50ms, 3s), [this] { return stop_; });
    if (stop_) return;
    if (unless_out_of_memory([&] { add_connection(lock); }) == Memory::enough) continue;
    if (!lock.owns_lock()) lock.lock();
    ++troubles_;
  }
}

void Pool::add_connection(std::unique_lock<std::mutex>& lock) {
  const bool probing = away_ || !probed_;
  const auto patience = Patience::of(patience_of_probe());
  lock.unlock();
  try {
    auto connection = connect(probing, patience);
    lock.lock();
    if (away_ && !probing) return;  // said meanwhile: only a probe may say otherwise
    idle_.push_back(std::move(connection));
    ++open_;
    probed_ = true;
    away_.reset();
    freed_.notify_all();
    lock.unlock();
    announce();
  } catch (const Away& why) {
    away(why);
  } catch (const StoreError& unfit) {
    away(Away{unfit.what(), Away::Kind::unfit});
  } catch (const pqxx::insufficient_privilege& error) {
    away(Away{describe(error), Away::Kind::forbidden});
  } catch (const std::exception& error) {
    if (failed_to_connect(probing && patience.left() <= 0ms) == 0)
      away(Away{sql::first_line(error.what())});
  }
  lock.lock();
}

// How many connections are left.
int Pool::failed_to_connect(bool probe_hung) {
  const std::lock_guard lock{guard_};
  ++troubles_;
  hung_probes_ += probe_hung ? 1 : 0;
  return open_;
}

// A commit that hangs keeps its backend when its client is cut: each probe that hung gets twice the
// time of the one before, so that few are cut.
std::chrono::milliseconds Pool::patience_of_probe() const {
  return std::min<std::chrono::milliseconds>(
      options_.deadline * (1 << std::min(hung_probes_, 5)),
      std::max<std::chrono::milliseconds>(1min, options_.deadline));
}

std::unique_ptr<Pool::Connection> Pool::connect(bool probing, const Patience& patience) {
  auto connection = std::make_unique<Connection>(with_bounds(options_.connection));
  if (!probing) return connection;
  const auto watch = [&](pqxx::connection& session) {
    return watchdog_.watch(session.sock(), patience.until);
  };
  const auto watched = watch(connection->session);
  hooks_.probe(connection->session, watch);
  return connection;
}

void Pool::away(const Away& why) {
  {
    const std::lock_guard lock{guard_};
    if (!away_ || why.kind() != Away::Kind::unreachable) away_ = why;
    ++troubles_;
    open_ -= static_cast<int>(idle_.size());
    idle_.clear();
    freed_.notify_all();
    wanted_.notify_one();
  }
  announce();
}

// One at a time, and what is so by then: `back` is never said before the `away` that it ends.
void Pool::announce() {
  const std::lock_guard alone{announcing_};
  std::optional<Away> now;
  {
    const std::lock_guard lock{guard_};
    now = away_;
  }
  const auto before = announced_;
  announced_ = now ? std::optional{now->kind()} : std::nullopt;
  if (announced_ == before) return;
  if (now)
    hooks_.events.away(now->what());
  else
    hooks_.events.back();
}

void Pool::worked() {
  const std::lock_guard lock{guard_};
  troubles_ = hung_probes_ = 0;
}

void Pool::close_idle() {
  const std::lock_guard lock{guard_};
  open_ -= static_cast<int>(idle_.size());
  idle_.clear();
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
