// Patience: how long a piece of work may wait for the database, all of its waiting together.
//
// Threads: a value; growing_pause() from any.
#pragma once

#include <chrono>
#include <cstdint>

namespace quilter {

// Background work always gets one connection; more, up to half of them, while no live mail waits.
enum class Urgency : std::uint8_t { live, background };

struct Patience {
  using Clock = std::chrono::steady_clock;

  Clock::time_point until = Clock::time_point::max();
  Urgency urgency = Urgency::live;

  static Patience of(std::chrono::milliseconds time, Urgency urgency = Urgency::live) {
    return {Clock::now() + time, urgency};
  }
  bool ends() const { return until != Clock::time_point::max(); }
  std::chrono::milliseconds left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  }
};

// How long to leave alone what has failed so often: twice as long each time, less a random part, so
// that those who failed at once do not come at once again.
std::chrono::milliseconds growing_pause(int failures, std::chrono::milliseconds first,
                                        std::chrono::milliseconds most);

}  // namespace quilter
