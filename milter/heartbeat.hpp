// Heartbeat: tells systemd that the message path works, for as long as it does; and how we are.
//
// Promise: the path works while our socket answers a milter client, and no message has been with
// the Recorder for longer than it may be. From draining() on only the latter counts. Where it does
// not work the watchdog is not fed, and the log says why, once.
// Errors: std::system_error, MilterError from the constructor.
// Owns: its thread, of which there is none where nobody listens.
// Threads: one at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "milter/own_client.hpp"
#include "milter/stopwatch.hpp"

namespace quilter::milter {

struct Health {
  // One message, with the Recorder.
  std::function<std::chrono::milliseconds()> stuck_after = [] {
    return std::chrono::milliseconds{65'000};
  };
  std::function<std::string()> status = [] { return std::string{"ready"}; };  // for systemctl
};

class Heartbeat {
 public:
  Heartbeat(const std::string& listen, const Stopwatch& recorder, Health health);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  void draining() noexcept;

 private:
  void run();
  std::string trouble() const;
  void say(const std::string& trouble);
  void wake() const noexcept;

  std::optional<OwnClient> client_;
  const Stopwatch& recorder_;
  Health health_;
  std::chrono::milliseconds interval_;
  int wake_up_;
  std::atomic<bool> draining_{false}, stopping_{false};
  bool well_ = true;
  std::thread thread_;
};

}  // namespace quilter::milter
