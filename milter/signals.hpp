// Signals: SIGTERM and SIGINT (stop) and SIGHUP (reload) as events that one thread waits for.
//
// Promise: while it lives none of them ends the process, and none is lost: reloads that come
// together count as one, a stop stays. libmilter's own signal thread, which would stop at SIGHUP
// and drain nothing, never sees one: libmilter_mended.cpp puts its own sigwait() before the C
// library's.
// Errors: std::system_error where the system refuses.
// Owns: the handlers; the old ones come back. Its descriptor stays open for good.
// Threads: one at a time, made by a thread that outlives it (it unblocks the three there); wait()
// by one thread.
#pragma once

#include <array>
#include <csignal>
#include <thread>

namespace quilter::milter {

class Signals {
 public:
  enum class Event { reload, stop };

  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  Event wait() const;
  void stop() const noexcept;  // as SIGTERM does

 private:
  int wake_up_;
  std::array<struct sigaction, 4> old_handlers_{};
};

// While a Signals lives: ends a system call that the thread waits in, with EINTR.
void interrupt(std::thread& thread) noexcept;

}  // namespace quilter::milter
