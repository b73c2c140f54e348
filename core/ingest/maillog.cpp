#include "core/ingest/maillog.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <utility>

#include "core/ingest/journal.hpp"
#include "core/ingest/log_line.hpp"
#include "core/ingest/metrics.hpp"
#include "core/mail/text.hpp"
#include "core/store/out_of_memory.hpp"

namespace quilter::maillog {
namespace {

// Where standard error is the journal. For good: libmilter's threads may outlive main().
Journal* journal = nullptr;

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

// What goes by itself is a warning: the mail is safe on our disk, or with its client. What waits
// for a person is an error.
LogLevel level(Status status) {
  if (status == Status::set_aside) return LogLevel::error;
  return status >= Status::spooled ? LogLevel::warning : LogLevel::info;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  using namespace spdlog::level;
  constexpr std::array<level_enum, 4> levels{info, warn, err, critical};
  return levels.at(static_cast<std::size_t>(level));
}

void write_to_standard_error(const LogLine& line) {
  // sd-daemon(3): journald takes the number for PRIORITY.
  const auto prefix = journal == nullptr ? "" : '<' + std::to_string(priority(line.level)) + '>';
  spdlog::log(spdlog_level(line.level), "{}{}", prefix, text_of(line));
}

void write(const LogLine& line) {
  if (!spdlog::should_log(spdlog_level(line.level))) return;
  if (journal == nullptr || !journal->write(line)) write_to_standard_error(line);
}

using Fields = std::vector<LogField>;

Fields nothing_else() {
  return {};
}

// What a line is made of is made inside of it: where there is no memory, only the line is lost.
template <typename Make>
void event(LogLevel level, std::string_view name, Make fields) {
  unless_out_of_memory([&] {
    metrics::event(name);
    write({level, "", name, fields()});
  });
}

template <typename Make>
void event_of(std::string_view queue_id, LogLevel level, std::string_view name, Make fields) {
  unless_out_of_memory([&] {
    metrics::event(name);
    write({level, printable(queue_id), name, fields()});
  });
}

// Of a process that ends: journald may look for its unit when it is gone, and not find it; standard
// error has been known to be the unit's from the start.
template <typename Make>
void last_words(LogLevel level, std::string_view name, Make fields) {
  unless_out_of_memory([&] {
    metrics::event(name);
    write_to_standard_error({level, "", name, fields()});
  });
}

LogField bare(std::string_view key, std::string_view text, std::size_t most = 200) {
  return {key, printable(text, most), LogField::Form::bare};
}

void configured(std::string_view setting) {
  unless_out_of_memory([&] {
    write({LogLevel::info, "", "configuration", {bare("setting", setting)}});
  });
}

LogField count_field(std::size_t count) {
  return number_field("count", static_cast<std::int64_t>(count));
}

LogField bracketed(std::string_view why) {
  return reason_field(why, LogField::Form::bracketed);
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
  if (standard_error_is_journal()) journal = new Journal;
  // journald stamps its lines itself; elsewhere the line says when, who and how urgent.
  logger->set_pattern(journal != nullptr ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z quilterd[%P]: %l: %v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  set_level(options);
}

void set_level(const LogOptions& options) {
  spdlog::set_level(spdlog::level::from_str(options.level));
}

void starting(std::string_view version, std::string_view effective_configuration) {
  event(LogLevel::info, "starting", [&] { return Fields{text_field("version", version)}; });
  while (!effective_configuration.empty())
    configured(without_line_end(next_line(effective_configuration)));
}

void listening(std::string_view where) {
  event(LogLevel::info, "listening", [&] { return Fields{text_field("on", where)}; });
}

void projects_changed(std::size_t count) {
  event(LogLevel::info, "projects", [&] { return Fields{count_field(count)}; });
}

void project_broken(std::string_view what) {
  unless_out_of_memory([&] {
    metrics::event("project-broken");
    write({LogLevel::error, "", "project", {bare("reason", what, 500)}});
  });
}
void projects_unavailable(std::string_view why) {
  event(LogLevel::warning, "projects-unavailable", [&] { return Fields{reason_field(why)}; });
}

void projects_available() {
  event(LogLevel::info, "projects-available", nothing_else);
}

void projects_from_cache(std::size_t count, std::string_view file) {
  event(LogLevel::warning, "projects-from-cache", [&] {
    return Fields{count_field(count), text_field("file", file)};
  });
}

void projects_not_cached(std::string_view why) {
  event(LogLevel::warning, "projects-not-cached", [&] { return Fields{reason_field(why)}; });
}

void database_away(std::string_view why) {
  metrics::database_away(true);
  event(LogLevel::warning, "database-away", [&] { return Fields{reason_field(why)}; });
}

void database_back() {
  metrics::database_away(false);
  event(LogLevel::info, "database-back", nothing_else);
}

void spool_found(int waiting, int failed) {
  event(failed > 0 ? LogLevel::warning : LogLevel::info, "spool-found", [&] {
    return Fields{number_field("waiting", waiting), number_field("failed", failed)};
  });
}

void spool_recovered(std::string_view id) {
  event(LogLevel::info, "spool-recovered", [&] { return Fields{text_field("id", id)}; });
}

void spool_torn(std::string_view id, std::string_view why) {
  event(LogLevel::error, "spool-torn", [&] {
    return Fields{text_field("id", id), reason_field(why)};
  });
}

void write_ahead_off(std::string_view why) {
  event(LogLevel::warning, "write-ahead-off", [&] { return Fields{reason_field(why)}; });
}

void backlog_held(std::string_view queue_id) {
  event_of(queue_id, LogLevel::error, "backlog-held", nothing_else);
}

void backlog_stumbled(std::string_view why) {
  event(LogLevel::error, "backlog-stumbled", [&] { return Fields{reason_field(why)}; });
}

void replay_failed(std::string_view id, std::string_view queue_id, int tries,
                   std::string_view why) {
  event_of(queue_id, LogLevel::warning, "replay-failed", [&] {
    return Fields{text_field("id", id), number_field("tries", tries), reason_field(why)};
  });
}

void replay_set_aside(std::string_view id, std::string_view queue_id, std::string_view why) {
  event_of(queue_id, LogLevel::error, "replay-set-aside", [&] {
    return Fields{text_field("id", id), reason_field(why)};
  });
}

void replay_stumbled(std::string_view why) {
  event(LogLevel::warning, "replay-stumbled", [&] { return Fields{reason_field(why)}; });
}

void spool_emptied(int replayed) {
  event(LogLevel::info, "spool-emptied",
        [&] { return Fields{number_field("replayed", replayed)}; });
}

void parked_forgotten(int count) {
  event(LogLevel::info, "parked-forgotten", [&] { return Fields{number_field("count", count)}; });
}

void forgetting_failed(std::string_view why) {
  event(LogLevel::warning, "forgetting-failed", [&] { return Fields{reason_field(why)}; });
}

void message_path_hangs(std::string_view why) {
  event(LogLevel::error, "message-path-hangs", [&] { return Fields{reason_field(why)}; });
}

void message_path_works() {
  event(LogLevel::info, "message-path-works", nothing_else);
}

void reloaded(const std::vector<std::string>& settings,
              const std::vector<std::string>& need_restart) {
  for (const auto& setting : settings) configured(setting);
  event(LogLevel::info, "reloaded", [&] {
    return Fields{number_field("changed", static_cast<std::int64_t>(settings.size()))};
  });
  if (need_restart.empty()) return;
  event(LogLevel::warning, "reload-needs-restart", [&] {
    std::string keys;
    for (const auto& key : need_restart) keys += (keys.empty() ? "" : ",") + key;
    return Fields{{"keys", keys}};
  });
}

void reload_refused(std::string_view why) {
  event(LogLevel::error, "reload-refused", [&] { return Fields{reason_field(why)}; });
}

void draining(std::size_t in_flight) {
  event(LogLevel::info, "draining",
        [&] { return Fields{number_field("in_flight", static_cast<std::int64_t>(in_flight))}; });
}

void stopped() {
  last_words(LogLevel::info, "stopped", nothing_else);
}

void stopped_unfinished() {
  last_words(LogLevel::warning, "stopped-unfinished",
             [&] { return Fields{reason_field("drain_timeout ran out; the clients send again")}; });
}

void start_failed(std::string_view why) {
  last_words(LogLevel::critical, "start-failed", [&] { return Fields{reason_field(why)}; });
}

void recorded(const Recorded& line) {
  unless_out_of_memory([&] {
    metrics::message(line.project, line.status);
    metrics::races(line.reruns, line.violations);
    std::vector<LogField> fields{{"message-id", printable(line.message_id), LogField::Form::angled},
                                 text_field("project", line.project),
                                 text_field("kind", line.kind),
                                 number_field("series", line.series),
                                 number_field("reruns", line.reruns),
                                 number_field("violations", line.violations),
                                 milliseconds_field("lock_wait_ms", milliseconds(line.lock_wait)),
                                 milliseconds_field("delay_ms", milliseconds(line.delay))};
    if (line.ancestors_dropped > 0)
      fields.push_back(
          number_field("ancestors_dropped", static_cast<std::int64_t>(line.ancestors_dropped)));
    if (!line.spool_id.empty()) fields.push_back(text_field("spool", line.spool_id));
    fields.push_back(text_field("status", word(line.status)));
    if (!line.detail.empty()) fields.push_back(bracketed(line.detail));
    write({level(line.status), printable(line.queue_id), "", std::move(fields)});
  });
}

void ignored(std::string_view queue_id, std::string_view message_id, std::string_view project,
             std::string_view reason) {
  unless_out_of_memory([&] {
    metrics::message(project.empty() ? "-" : project, Status::ignored);
    write({LogLevel::info,
           printable(queue_id),
           "",
           {{"message-id", printable(message_id), LogField::Form::angled},
            text_field("project", project.empty() ? "-" : project),
            text_field("status", word(Status::ignored)),
            bracketed(reason)}});
  });
}

void truncated(std::string_view queue_id, std::size_t limit_bytes) {
  event_of(queue_id, LogLevel::warning, "truncated", [&] {
    return Fields{number_field("limit_bytes", static_cast<std::int64_t>(limit_bytes))};
  });
}

void callback_failed(std::string_view queue_id, std::string_view what) {
  unless_out_of_memory([&] {
    metrics::message("-", Status::try_later);
    write({LogLevel::error,
           printable(queue_id),
           "",
           {text_field("status", word(Status::try_later)),
            bracketed("internal error: " + std::string{what})}});
  });
}

void callback_out_of_memory(std::string_view queue_id) {
  unless_out_of_memory([&] {
    metrics::message("-", Status::try_later);
    write({LogLevel::warning,
           printable(queue_id),
           "",
           {text_field("status", word(Status::try_later)), bracketed("out of memory")}});
  });
}

void exhausted(std::string_view what) {
  event(LogLevel::warning, "exhausted", [&] { return Fields{text_field("what", what)}; });
}

void negotiation_refused(std::string_view what) {
  event(LogLevel::error, "negotiation-refused", [&] { return Fields{reason_field(what)}; });
}

}  // namespace quilter::maillog
