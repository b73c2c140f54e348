// Server: the milter as a whole; hands every message of a tracked list to a Recorder.
//
// Promise: the constructor opens the socket, so that a failed start is seen at once. run() serves
// until SIGTERM, SIGINT or stop(), then drains: messages whose body is on its way end as they would
// have, for drain_timeout at most; new ones are answered 451 4.3.2; where systemd holds the socket,
// new connections wait for the next daemon. SIGHUP never ends it. systemd hears of all that, and
// whether the message path works (Heartbeat).
// Errors: MilterError from constructor and run(). One Server a process: libmilter's state is
// global.
// Owns: nothing of the Recorder, which outlives run(); see Ended.
// Threads: constructor and run() on one thread, which takes the signals; stop() from any.
#pragma once

#include <functional>

#include "core/ingest/recorder.hpp"
#include "milter/admission.hpp"
#include "milter/heartbeat.hpp"
#include "milter/options.hpp"
#include "milter/progress.hpp"
#include "milter/signals.hpp"
#include "milter/stopwatch.hpp"

namespace quilter::milter {

enum class Ended {
  drained,
  in_midair,  // drain_timeout ran out: the Recorder may still be in use, so leave by std::_Exit,
              // destroying nothing
  stuck,      // drained, but libmilter does not end: leave by std::_Exit too
};

class Server {
 public:
  Server(const Options& options, Recorder& recorder, Progress::Pace pace = {}, Health health = {});

  // on_reload: for each SIGHUP, on this thread; must not throw.
  [[nodiscard]] Ended run(const std::function<void()>& on_reload = [] {});
  // max_message_bytes and drain_timeout, for what begins from now on; from on_reload.
  void reconfigure(const Options& options) noexcept;
  void stop() noexcept;

 private:
  Ended drain(Heartbeat& heartbeat);

  Options options_;
  Health health_;
  Stopwatch recorder_;
  Admission& admission_;
  Signals signals_;
};

}  // namespace quilter::milter
