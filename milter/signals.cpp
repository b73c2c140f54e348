#include "milter/signals.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <tuple>

namespace quilter::milter {
namespace {

// What a signal handler may touch: lock-free atomics, and write(2).
std::atomic<bool> stop_wanted{false};
std::atomic<bool> reload_wanted{false};
std::atomic<int> wake_up{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void wake(std::atomic<bool>& wanted, int descriptor) noexcept {
  const int saved = errno;
  wanted = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
  errno = saved;
}

extern "C" {
void quilter_on_stop(int) {
  wake(stop_wanted, wake_up);
}
void quilter_on_reload(int) {
  wake(reload_wanted, wake_up);
}
void quilter_on_interrupt(int) {}
}

struct Handled {
  int signal;
  void (*handler)(int);
};

constexpr int interrupting = SIGURG;  // ignored by default, so a stray one is harmless
constexpr std::array handled{Handled{SIGTERM, quilter_on_stop}, Handled{SIGINT, quilter_on_stop},
                             Handled{SIGHUP, quilter_on_reload},
                             Handled{interrupting, quilter_on_interrupt}};

}  // namespace

Signals::Signals() : wake_up_{::eventfd(0, EFD_CLOEXEC)} {
  stop_wanted = reload_wanted = false;
  if (wake_up_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  wake_up = wake_up_;
  sigset_t ours;
  sigemptyset(&ours);
  static_assert(handled.size() == std::tuple_size_v<decltype(old_handlers_)>);
  for (std::size_t i = 0; i < handled.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = handled[i].handler;
    sigaction(handled[i].signal, &action, &old_handlers_[i]);
    sigaddset(&ours, handled[i].signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

Signals::~Signals() {
  for (std::size_t i = 0; i < handled.size(); ++i)
    sigaction(handled[i].signal, &old_handlers_[i], nullptr);
  wake_up = -1;
  // Left open: a handler may be on its way in a thread that lives longer. There is one a process.
}

Signals::Event Signals::wait() const {
  for (;;) {
    if (stop_wanted) return Event::stop;
    if (reload_wanted.exchange(false)) return Event::reload;
    std::uint64_t count = 0;
    if (::read(wake_up_, &count, sizeof count) < 0 && errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "eventfd"};
  }
}

void Signals::stop() const noexcept {
  wake(stop_wanted, wake_up_);
}

void interrupt(std::thread& thread) noexcept {
  pthread_kill(thread.native_handle(), interrupting);
}

}  // namespace quilter::milter
