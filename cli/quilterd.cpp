// quilterd: main() is the table of contents of the daemon.

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <utility>

#include "cli/exit_code.hpp"
#include "cli/usage.hpp"
#include "config/config.hpp"
#include "core/ingest/backlog.hpp"
#include "core/ingest/forgetting.hpp"
#include "core/ingest/ingest.hpp"
#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/ingest/project_watch.hpp"
#include "core/ingest/replay.hpp"
#include "core/mime/read_mail.hpp"
#include "core/spool/spool.hpp"
#include "core/store/postgres_store.hpp"
#include "milter/error.hpp"
#include "milter/server.hpp"
#include "quilter/version.hpp"

namespace quilter {
namespace {

using namespace std::chrono_literals;

// For `systemctl status`.
std::string status(const Spool& spool) {
  const auto spooled = spool.status();
  return (metrics::database_is_away() ? "database away, " : "ready, ") +
         std::to_string(spooled.waiting) + " spooled, " + std::to_string(spooled.failed) +
         " set aside";
}

// Longer than live mail, which does not wait for it; not so long that stopping takes for ever.
std::chrono::milliseconds patience_of_replay(std::chrono::milliseconds deadline) {
  return std::min(2 * deadline, std::max<std::chrono::milliseconds>(deadline, 20s));
}

// At SIGHUP: of the file all or nothing. `apply` gets a copy, so that it need not throw.
void read_again(const std::string& file, Config& running,
                const std::function<void(Config)>& apply) noexcept {
  try {
    auto again = reload(running, load_config(file));
    apply(again.config);
    running = std::move(again.config);
    maillog::reloaded(again.applied, again.need_restart);
  } catch (const ConfigError& error) {
    std::string problems;
    for (const auto& line : error.lines()) problems += (problems.empty() ? "" : "; ") + line;
    maillog::reload_refused(problems);
  } catch (const std::exception& error) {
    maillog::reload_refused(error.what());
  }
}

int serve(Config config, const std::string& file) {
  const auto deadline = config.database.deadline;
  maillog::open(config.log);
  maillog::starting(version, describe(config));  // every effective value, once
  const mime::Library gmime;
  Spool spool{config.spool};  // where mail waits while the database is away
  PostgresStore store{config.database, config.stitching,  // refuses an unknown schema
                      DatabaseEvents{maillog::database_away, maillog::database_back}};
  ProjectWatch projects{store, spool.path() + "/projects"};  // what is tracked
  Forgetting forgetting{store, config.database.parking};     // comments that wait in vain
  Backlog backlog{store, spool, {config.spool.write_ahead_bytes, config.database.connections}};
  Ingest ingest{store, projects, spool, backlog, {deadline, config.on_failure}};
  Replay replay{spool, store, projects, patience_of_replay(deadline)};  // of the spool
  const Metrics metrics{config.metrics, version, [&] { return spool.status(); }};
  const milter::Health health{[&] { return ingest.deadline() + 1min; },  // 1min: the disk's
                              [&] { return status(spool); }};
  milter::Server server{config.milter, ingest, {}, health};  // opens the socket
  const auto apply = [&](Config next) noexcept {
    maillog::set_level(next.log);
    spool.reconfigure(next.spool);
    forgetting.reconfigure(next.database.parking);
    replay.reconfigure(patience_of_replay(next.database.deadline));
    ingest.reconfigure({next.database.deadline, std::move(next.on_failure)});
    server.reconfigure(next.milter);
    store.reconfigure(std::move(next.database));
    projects.look_soon();
  };
  const auto ended = server.run([&] { read_again(file, config, apply); });  // SIGTERM ends it
  backlog.drain();
  if (ended == milter::Ended::in_midair) {
    maillog::stopped_unfinished();
    std::_Exit(exit_code::failure);
  }
  if (ended == milter::Ended::stuck) {
    maillog::stopped();
    std::_Exit(exit_code::ok);
  }
  return exit_code::ok;
}

int complain(const std::exception& error, int code) {
  maillog::start_failed(error.what());
  return code;
}

// A large message gives its memory back when it goes. glibc learns from the first one that is freed
// to keep blocks of that size in its heaps, where they are held beside what is copied from them.
void give_large_blocks_back() {
  constexpr int large = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, large);
  mallopt(M_TRIM_THRESHOLD, 4 * large);  // set one, and the other no longer follows
}

}  // namespace
}  // namespace quilter

int main(int argc, char** argv) {
  using namespace quilter;
  give_large_blocks_back();
  try {
    CLI::App app{"quilterd: a milter that records mailing-list patches in PostgreSQL", "quilterd"};
    std::string config_file = "/etc/quilter/quilter.toml";
    bool check_only = false;
    app.add_option("--config", config_file, "the configuration file")->capture_default_str();
    app.add_flag("--check-config", check_only,
                 "read the configuration, say what is wrong with it, and end");
    app.failure_message(cli::usage_message);
    app.set_version_flag("--version", std::string{"quilterd "} + version);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? exit_code::ok : exit_code::usage;
    }
    const Config config = load_config(config_file);
    if (check_only) return exit_code::ok;
    const int code = serve(config, config_file);
    maillog::stopped();
    return code;
  } catch (const ConfigError& error) {
    std::cerr << error.what() << '\n';
    return exit_code::bad_config;
  } catch (const std::exception& error) {
    return complain(error, exit_code::failure);
  }
}
