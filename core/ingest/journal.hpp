// Journal: journald's native protocol, by which a line keeps its fields
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
//
// Promise: each field has its length before it, so that no value can begin another. A journald that
// hangs holds nobody up but once, for `patience`; what it does not take until it is well again is
// lost, and it is told how many lines that were. (sd_journal_sendv(3) would wait for ever.)
// Errors: write() is false where there is no journal; the line belongs elsewhere then.
// Owns: its socket.
// Threads: write() is safe from any.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "core/ingest/log_line.hpp"

namespace quilter {

// Whether standard error is the journal: JOURNAL_STREAM, systemd.exec(5).
bool standard_error_is_journal();

// syslog(3)'s number: 6 for info.
int priority(LogLevel level);

// A line as one datagram: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and QUILTER_… of each key.
std::string journal_entry(const LogLine& line);

class Journal {
 public:
  explicit Journal(std::string socket = "/run/systemd/journal/socket",
                   std::chrono::milliseconds patience = std::chrono::seconds{1});
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  bool write(const LogLine& line);
  bool hangs() const { return hangs_; }  // as of the last line

 private:
  enum class Sent { taken, lost, refused };
  Sent send(const LogLine& line);

  std::string path_;
  int socket_;
  std::atomic<bool> hangs_{false};
  std::atomic<int> lost_{0};
};

}  // namespace quilter
