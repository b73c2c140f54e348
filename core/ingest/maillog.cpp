#include "core/ingest/maillog.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "core/ingest/metrics.hpp"
#include "core/mail/text.hpp"

namespace quilter::maillog {
namespace {

constexpr std::size_t detail_bytes = 500;

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

// What goes by itself is a warning: the mail is safe on our disk, or with its client. What waits
// for a person is an error.
spdlog::level::level_enum level(Status status) {
  if (status == Status::set_aside) return spdlog::level::err;
  return status >= Status::spooled ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

std::string_view word(Status status) {
  switch (status) {
    case Status::ignored:
      return "ignored";
    case Status::already_stored:
      return "already-stored";
    case Status::stored:
      return "stored";
    case Status::spooled:
      return "spooled";
    case Status::set_aside:
      return "set-aside";
    case Status::try_later:
      return "try-later";
  }
  return "?";
}

void open(const LogOptions& options) {
  auto logger = spdlog::stderr_logger_mt("quilterd");
  // journald stamps its lines itself; elsewhere the line says when, who and how urgent.
  const bool journal =
      std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT(concurrency-mt-unsafe): at start
  logger->set_pattern(journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z quilterd[%P]: %l: %v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  set_level(options);
}

void set_level(const LogOptions& options) {
  spdlog::set_level(spdlog::level::from_str(options.level));
}

void starting(std::string_view version, std::string_view effective_configuration) {
  spdlog::info("starting version={}", version);
  while (!effective_configuration.empty())
    spdlog::info("configuration {}",
                 printable(without_line_end(next_line(effective_configuration))));
}

void listening(std::string_view where) {
  spdlog::info("listening on={}", printable(where));
}
void projects_changed(std::size_t count) {
  metrics::event("projects");
  spdlog::info("projects count={}", count);
}
void project_broken(std::string_view what) {
  metrics::event("project-broken");
  spdlog::error("project {}", printable(what, detail_bytes));
}

void projects_unavailable(std::string_view why) {
  metrics::event("projects-unavailable");
  spdlog::warn("projects-unavailable reason=\"{}\"", printable(why, detail_bytes));
}

void projects_available() {
  spdlog::info("projects-available");
}

void projects_from_cache(std::size_t count, std::string_view file) {
  metrics::event("projects-from-cache");
  spdlog::warn("projects-from-cache count={} file={}", count, printable(file));
}

void projects_not_cached(std::string_view why) {
  metrics::event("projects-not-cached");
  spdlog::warn("projects-not-cached reason=\"{}\"", printable(why, detail_bytes));
}

void database_away(std::string_view why) {
  metrics::event("database-away");
  metrics::database_away(true);
  spdlog::warn("database-away reason=\"{}\"", printable(why, detail_bytes));
}

void database_back() {
  metrics::event("database-back");
  metrics::database_away(false);
  spdlog::info("database-back");
}

void spool_found(int waiting, int failed) {
  spdlog::log(failed > 0 ? spdlog::level::warn : spdlog::level::info,
              "spool-found waiting={} failed={}", waiting, failed);
}

void spool_recovered(std::string_view id) {
  metrics::event("spool-recovered");
  spdlog::info("spool-recovered id={}", printable(id));
}

void spool_torn(std::string_view id, std::string_view why) {
  metrics::event("spool-torn");
  spdlog::error("spool-torn id={} reason=\"{}\"", printable(id), printable(why, detail_bytes));
}

void replay_failed(std::string_view id, std::string_view queue_id, int tries,
                   std::string_view why) {
  metrics::event("replay-failed");
  spdlog::warn("{}: replay-failed id={} tries={} reason=\"{}\"", printable(queue_id), printable(id),
               tries, printable(why, detail_bytes));
}

void replay_set_aside(std::string_view id, std::string_view queue_id, std::string_view why) {
  metrics::event("replay-set-aside");
  spdlog::error("{}: replay-set-aside id={} reason=\"{}\"", printable(queue_id), printable(id),
                printable(why, detail_bytes));
}

void replay_stumbled(std::string_view why) {
  metrics::event("replay-stumbled");
  spdlog::warn("replay-stumbled reason=\"{}\"", printable(why, detail_bytes));
}

void spool_emptied(int replayed) {
  spdlog::info("spool-emptied replayed={}", replayed);
}

void parked_forgotten(int count) {
  metrics::event("parked-forgotten");
  spdlog::info("parked-forgotten count={}", count);
}

void forgetting_failed(std::string_view why) {
  metrics::event("forgetting-failed");
  spdlog::warn("forgetting-failed reason=\"{}\"", printable(why, detail_bytes));
}

void message_path_hangs(std::string_view why) {
  metrics::event("message-path-hangs");
  spdlog::error("message-path-hangs reason=\"{}\"", printable(why, detail_bytes));
}

void message_path_works() {
  spdlog::info("message-path-works");
}

void reloaded(const std::vector<std::string>& settings,
              const std::vector<std::string>& need_restart) {
  metrics::event("reloaded");
  for (const auto& setting : settings) spdlog::info("configuration {}", printable(setting));
  spdlog::info("reloaded changed={}", settings.size());
  if (need_restart.empty()) return;
  metrics::event("reload-needs-restart");
  std::string keys;
  for (const auto& key : need_restart) keys += (keys.empty() ? "" : ",") + key;
  spdlog::warn("reload-needs-restart keys={}", keys);
}

void reload_refused(std::string_view why) {
  metrics::event("reload-refused");
  spdlog::error("reload-refused reason=\"{}\"", printable(why, detail_bytes));
}

void draining(std::size_t in_flight) {
  spdlog::info("draining in_flight={}", in_flight);
}
void stopped() {
  spdlog::info("stopped");
}
void stopped_unfinished() {
  spdlog::warn("stopped-unfinished reason=\"drain_timeout ran out; the clients send again\"");
}

void start_failed(std::string_view why) {
  spdlog::critical("start-failed reason=\"{}\"", printable(why, detail_bytes));
}

void recorded(const Recorded& line) {
  metrics::message(line.project, line.status);
  metrics::races(line.reruns, line.violations);
  spdlog::log(level(line.status),
              "{}: message-id=<{}>, project={}, kind={}, series={}, reruns={}, violations={}, "
              "lock_wait_ms={:.1f}, delay_ms={:.1f}, {}{}"
              "status={}{}",
              printable(line.queue_id), printable(line.message_id), printable(line.project),
              line.kind, line.series, line.reruns, line.violations, milliseconds(line.lock_wait),
              milliseconds(line.delay),
              line.ancestors_dropped == 0
                  ? ""
                  : "ancestors_dropped=" + std::to_string(line.ancestors_dropped) + ", ",
              line.spool_id.empty() ? "" : "spool=" + std::string{line.spool_id} + ", ",
              word(line.status),
              line.detail.empty() ? "" : " (" + printable(line.detail, detail_bytes) + ")");
}

void ignored(std::string_view queue_id, std::string_view message_id, std::string_view project,
             std::string_view reason) {
  metrics::message(project.empty() ? "-" : project, Status::ignored);
  spdlog::info("{}: message-id=<{}>, project={}, status=ignored ({})", printable(queue_id),
               printable(message_id), project.empty() ? "-" : printable(project),
               printable(reason));
}

void truncated(std::string_view queue_id, std::size_t limit_bytes) {
  metrics::event("truncated");
  spdlog::warn("{}: truncated limit_bytes={}", printable(queue_id), limit_bytes);
}

void callback_failed(std::string_view queue_id, std::string_view what) {
  metrics::message("-", Status::try_later);
  spdlog::error("{}: status=try-later (internal error: {})", printable(queue_id),
                printable(what, detail_bytes));
}

void callback_out_of_memory(std::string_view queue_id) {
  metrics::message("-", Status::try_later);
  spdlog::warn("{}: status=try-later (out of memory)", printable(queue_id));
}

void exhausted(std::string_view what) {
  metrics::event("exhausted");
  spdlog::warn("exhausted what={}", what);
}

void negotiation_refused(std::string_view what) {
  metrics::event("negotiation-refused");
  spdlog::error("negotiation-refused reason=\"{}\"", printable(what, detail_bytes));
}

}  // namespace quilter::maillog
