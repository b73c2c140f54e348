// Watchdog: shuts the sockets of connections down that are used for too long.
//
// libpq waits for an answer without end; a server that is frozen, or drips, would hold a message
// for as long as it likes. Once its socket is shut down, libpq sees a broken connection.
//
// Promise: a socket is shut down once its time is over, and never after its Watch has ended, so
// that a descriptor that was closed and given to somebody else is safe. `bitten` is called after
// it, without any guard held.
// Error: none.
// Owns: a thread; sockets stay their owners'.
// Threads: safe from any; a Watch belongs to one, and may be moved.
#pragma once

#include <compare>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/store/patience.hpp"

namespace quilter {

class Watchdog {
 public:
  using Time = Patience::Clock::time_point;

  // In the order in which they are due.
  struct Key {
    Time until{};
    std::uint64_t number = 0;

    auto operator<=>(const Key&) const = default;
  };

  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept
        : watchdog_{std::exchange(other.watchdog_, nullptr)}, key_{other.key_} {}
    Watch& operator=(Watch&& other) noexcept {
      std::swap(watchdog_, other.watchdog_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Watch() { end(); }
    void end() {
      if (auto* watchdog = std::exchange(watchdog_, nullptr)) watchdog->forget(key_);
    }

   private:
    friend class Watchdog;
    Watch(Watchdog& watchdog, const Key& key) : watchdog_{&watchdog}, key_{key} {}
    Watchdog* watchdog_ = nullptr;
    Key key_;
  };

  explicit Watchdog(std::function<void()> bitten);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  Watch watch(int socket, Time until);

  // Nobody is to wait any more: shuts all of them down, and those that come later at once.
  void bite_all();

 private:
  void run();
  int bite_due();
  void forget(const Key& key);

  std::function<void()> bitten_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::map<Key, int> sockets_;
  std::uint64_t last_ = 0;
  Time wakes_at_ = Time::max();
  bool stop_ = false, bites_all_ = false;
  std::thread thread_;
};

}  // namespace quilter
