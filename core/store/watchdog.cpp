#include "core/store/watchdog.hpp"

#include <sys/socket.h>

#include "core/store/out_of_memory.hpp"

namespace quilter {

Watchdog::Watchdog(std::function<void()> bitten) : bitten_{std::move(bitten)} {
  thread_ = std::thread{[this] { run(); }};
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// The thread sleeps until the earliest time it has heard of, also where that one has ended
// meanwhile: so it is woken up once in a deadline and not for every message.
Watchdog::Watch Watchdog::watch(int socket, Time until) {
  std::unique_lock lock{guard_};
  if (bites_all_) ::shutdown(socket, SHUT_RDWR);
  const Key key{until, ++last_};
  sockets_.emplace(key, socket);
  const bool earlier = until < wakes_at_;
  lock.unlock();
  if (earlier) changed_.notify_one();
  return {*this, key};
}

void Watchdog::bite_all() {
  const std::lock_guard lock{guard_};
  bites_all_ = true;
  for (const auto& [key, socket] : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void Watchdog::forget(const Key& key) {
  const std::lock_guard lock{guard_};
  sockets_.erase(key);
}

void Watchdog::run() {
  std::unique_lock lock{guard_};
  while (!stop_) {
    if (bite_due() > 0) {
      lock.unlock();
      unless_out_of_memory(bitten_);  // it only says what the connections say by themselves
      lock.lock();
      continue;
    }
    wakes_at_ = sockets_.empty() ? Time::max() : sockets_.begin()->first.until;
    if (sockets_.empty())
      changed_.wait(lock);
    else
      changed_.wait_until(lock, wakes_at_);
  }
}

// Under the guard: a Watch that ends at this moment waits, and its socket is still open.
int Watchdog::bite_due() {
  const auto now = Patience::Clock::now();
  int bites = 0;
  for (; !sockets_.empty() && sockets_.begin()->first.until <= now; ++bites) {
    ::shutdown(sockets_.begin()->second, SHUT_RDWR);
    sockets_.erase(sockets_.begin());
  }
  return bites;
}

}  // namespace quilter
