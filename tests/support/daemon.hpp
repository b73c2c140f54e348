// Daemon: a real quilterd with a socket, a configuration and a log of its own.
//
// Promise: the constructor returns once it listens; the destructor ends it (SIGTERM, then SIGKILL)
// and waits.
// Errors: std::runtime_error with its log where it does not start.
// Threads: none; a local of one test.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

// Up to where a test waits; what logs to the journal leaves no log to see it by.
enum class Until { started, listening };

// When a message is answered: a test that looks into the database then wants the first.
enum class Answered { once_recorded, ahead };

class Daemon {
 public:
  // What more there is goes on in the table [spool].
  // `listening`: a socket that it is handed as systemd does, as descriptor 3; -1: it makes its own.
  explicit Daemon(const std::string& database, const std::string& more_configuration = "",
                  int listening = -1, Until until = Until::listening,
                  Answered answer = Answered::once_recorded);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  std::string address() const { return "unix:" + folder_.path() + "/quilter.sock"; }
  std::string configuration() const { return folder_.path() + "/quilter.toml"; }
  // Replaces `from` by `to` in the configuration, SIGHUP, and waits until the log says `text`,
  // which it has not said before.
  void reload(const std::string& from, const std::string& to, const std::string& text) const;
  std::string log() const;
  void wait_for_log(const std::string& text) const;  // std::runtime_error after 30 s
  void signal(int number) const;
  pid_t pid() const { return pid_; }
  int wait();  // for its end; the exit status

 private:
  ScratchFolder folder_;
  pid_t pid_ = 0;
};

}  // namespace quilter::test
