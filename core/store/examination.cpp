#include "core/store/examination.hpp"

#include <pqxx/pqxx>

#include "core/store/attempts.hpp"
#include "core/store/rights.hpp"
#include "core/store/schema.hpp"

namespace quilter {
namespace {

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

// Whoever bounds the examination bounds these too.
Watchdog::Watch unwatched(pqxx::connection& /*session*/) {
  return {};
}

}  // namespace

struct Examination::Session {
  explicit Session(const std::string& options) : connection{with_bounds(options)} {}

  template <typename Work>
  auto ask(Work&& work) {
    return as_store_error([&] {
      pqxx::work transaction{connection.session};
      return work(static_cast<pqxx::transaction_base&>(transaction));
    });
  }

  Pool::Connection connection;
};

Examination::Examination(const StoreOptions& options) : options_{options} {
  as_store_error([&] { session_ = std::make_unique<Session>(options.connection); });
}

Examination::~Examination() = default;

ServerFacts Examination::server() {
  return session_->ask([&](auto& transaction) {
    const auto row = transaction.exec(
        "SELECT current_setting('server_version'), current_database(), current_user, "
        "current_setting('port')")[0];
    auto& session = session_->connection.session;
    return ServerFacts{.version = row[0].template as<std::string>(),
                       .host = text_of(session.hostname()),
                       .port = text_of(session.port()),
                       .own_port = row[3].template as<std::string>(),
                       .database = row[1].template as<std::string>(),
                       .role = row[2].template as<std::string>()};
  });
}

int Examination::schema_version() {
  return session_->ask([](auto& transaction) { return quilter::schema_version(transaction); });
}

RightsFacts Examination::rights() {
  return session_->ask([](auto& transaction) { return rights_of_current_role(transaction); });
}

ProjectFacts Examination::projects() {
  return session_->ask([](auto& transaction) {
    const auto row =
        transaction.exec("SELECT count(*) FILTER (WHERE tracked), count(*) FROM project")[0];
    return ProjectFacts{row[0].template as<std::int64_t>(), row[1].template as<std::int64_t>()};
  });
}

DurabilityFacts Examination::durability() {
  return session_->ask([](auto& transaction) {
    DurabilityFacts facts;
    facts.in_recovery = transaction.exec("SELECT pg_is_in_recovery()")[0][0].template as<bool>();
    for (const auto& row : transaction.exec(
             "SELECT name, setting, source FROM pg_settings WHERE name IN "
             "('fsync', 'full_page_writes', 'synchronous_commit', 'default_transaction_read_only') "
             "ORDER BY name")) {
      ServerSetting setting{row[0].template as<std::string>(), row[1].template as<std::string>(),
                            row[2].template as<std::string>()};
      const bool is_read_only = setting.name == "default_transaction_read_only";
      if (is_read_only)
        facts.read_only = std::move(setting);
      else
        facts.settings.push_back(std::move(setting));
    }
    return facts;
  });
}

std::chrono::system_clock::time_point Examination::now() {
  using namespace std::chrono;
  return session_->ask([](auto& transaction) {
    const milliseconds since_1970{transaction
                                      .exec("SELECT (extract(epoch FROM clock_timestamp()) * "
                                            "1000)::bigint")[0][0]
                                      .template as<std::int64_t>()};
    return system_clock::time_point{since_1970};
  });
}

void Examination::require_excluding_locks() {
  as_store_error(
      [&] { quilter::require_excluding_locks(session_->connection.session, options_, unwatched); });
}

void Examination::require_commits() {
  as_store_error([&] { quilter::require_commits(session_->connection.session); });
}

}  // namespace quilter
