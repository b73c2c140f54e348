// maillog: every line that the daemon writes, one function per event (spdlog stays inside).
//
// Promise: a line about a message begins with its queue id; nothing from a mail can forge a line or
// move a terminal (control characters become '?', long texts are cut); recipients never appear.
// docs/operations.md explains each line. Whatever is said is counted as well (metrics.hpp).
// Error: none thrown; a line that cannot be written is lost.
// Threads: safe from any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/status.hpp"

namespace quilter {

struct LogOptions {
  std::string level =
      "info";  // "debug", "info", "warning", "error": the least urgent line that is written
};

namespace maillog {

std::string_view word(Status status);  // "stored", "already-stored" …: in lines and labels

void set_level(const LogOptions& options);  // from now on
// To journald, with fields, where standard error is the journal; else to standard error.
void open(const LogOptions& options);

// The daemon's life.
void starting(std::string_view version,
              std::string_view effective_configuration);  // a line a setting
void listening(std::string_view where);
void projects_changed(std::size_t count);
void project_broken(std::string_view what);  // its subject_match takes nothing until it is mended
void projects_unavailable(
    std::string_view why);  // the last known ones stay in use; said once until it is mended
void projects_available();
void projects_from_cache(std::size_t count,
                         std::string_view file);  // the database was away at start
void projects_not_cached(std::string_view why);
void database_away(std::string_view why);  // once, until it is back
void database_back();
void spool_found(int waiting, int failed);  // at start, what earlier runs left
void spool_recovered(std::string_view id);  // whole, found in tmp/ after a crash
void spool_torn(std::string_view id, std::string_view why);
void write_ahead_off(std::string_view why);    // messages are answered once they are recorded
void backlog_held(std::string_view queue_id);  // answered, and neither database nor spool takes it
void backlog_stumbled(std::string_view why);
void replay_failed(std::string_view id, std::string_view queue_id, int tries, std::string_view why);
void replay_set_aside(std::string_view id, std::string_view queue_id, std::string_view why);
void replay_stumbled(std::string_view why);  // the spool's folder, not a message in it
void spool_emptied(int replayed);
void parked_forgotten(int count);  // comments that nothing came for
void forgetting_failed(std::string_view why);
void message_path_hangs(std::string_view why);  // systemd's watchdog is not fed; once
void message_path_works();                      // again
// SIGHUP: the settings that changed, a line each; the keys that count at the next start only.
void reloaded(const std::vector<std::string>& settings,
              const std::vector<std::string>& need_restart);
void reload_refused(std::string_view why);  // all stays as it was
void draining(std::size_t in_flight);
void stopped();
void stopped_unfinished();  // drain_timeout ran out: clients of unanswered messages send again
void start_failed(std::string_view why);

// One message.
struct Recorded {
  std::string_view queue_id, message_id, project, kind, detail;  // detail: why it failed
  std::string_view spool_id;                                     // where it is, or was, on disk
  Status status = Status::stored;
  std::int64_t series = 0;  // 0: none
  int reruns = 0;
  int violations = 0;
  std::size_t ancestors_dropped = 0;
  std::chrono::microseconds lock_wait{0};
  std::chrono::microseconds delay{0};
};
void recorded(const Recorded& line);
void ignored(std::string_view queue_id, std::string_view message_id, std::string_view project,
             std::string_view reason);
void truncated(std::string_view queue_id, std::size_t limit_bytes);
void callback_failed(std::string_view queue_id, std::string_view what);
void callback_out_of_memory(std::string_view queue_id);
void exhausted(std::string_view what);  // threads or descriptors: the milter waits for some
void negotiation_refused(std::string_view what);

}  // namespace maillog
}  // namespace quilter
