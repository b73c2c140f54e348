// Signals: SIGTERM and SIGINT (stop) and SIGHUP (reload) as events that one thread waits for.
//
// Promise: while it lives none of them ends the process, and none is lost: reloads that come together count as one, a
// stop stays. libmilter's own signal thread, which would stop at SIGHUP, sees none of them: Linux gives a signal to the
// main thread while that does not block it.
// Errors: std::system_error where the system refuses. Owns: the handlers; the old ones come back.
// Threads: made on the main thread, one at a time; wait() by one thread, the rest from any.
#pragma once

#include <signal.h>

#include <array>
#include <thread>

namespace quilter::milter {

class Signals {
 public:
  enum class Event { reload, stop };

  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  Event wait();
  void stop() noexcept;  // as SIGTERM does

  // Ends a system call that the thread waits in, with EINTR.
  void interrupt(std::thread& thread) noexcept;

 private:
  std::array<struct sigaction, 4> old_handlers_{};
};

}  // namespace quilter::milter
