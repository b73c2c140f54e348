#include "milter/libmilter_mended.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>

#include "core/ingest/maillog.hpp"
#include "milter/libmilter_reads.hpp"

namespace quilter::milter {
namespace {

std::atomic<bool> libmilter_in_sigwait{false};

constexpr std::chrono::milliseconds pause{50};
constexpr std::chrono::seconds between_words{60};

// Says it once a minute at most.
void wait_for_more(std::string_view what) {
  static std::atomic<std::chrono::steady_clock::rep> said{0};
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  auto last = said.load();
  const bool due = last == 0 || now - std::chrono::steady_clock::duration{last} > between_words;
  if (due && said.compare_exchange_strong(last, now.count())) maillog::exhausted(what);
  std::this_thread::sleep_for(pause);
}

template <typename Function>
Function* next_named(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool is_of_libmilter(const void* code) {
  Dl_info where{};
  return ::dladdr(code, &where) != 0 &&
         std::string_view{where.dli_fname}.find("libmilter.so") != std::string_view::npos;
}

}  // namespace

bool libmilter_has_started() noexcept {
  return libmilter_in_sigwait;
}

}  // namespace quilter::milter

// smfi_main() starts a thread that waits in sigwait() for our three signals and stops libmilter at
// any of them; no option turns it off. To leave them unblocked in the main thread is not enough:
// Linux gives a signal to the main thread only while that has no other one pending, so under load
// some went to libmilter (seen).
extern "C" int sigwait(const sigset_t* /*set*/, int* /*signal*/) {
  quilter::milter::libmilter_in_sigwait = true;
  for (;;) ::pause();
}

// The sanitizers' runtimes have their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace quilter::milter {
namespace {

struct Start {
  void* (*function)(void*);
  void* argument;
};

// Where a thread cannot be started libmilter leaves its session hanging for good, the descriptor
// open. And it starts threads under the lock that each of its sessions needs: to wait there would
// keep those who have the room from giving it back. So a thread of ours, there from the start,
// starts libmilter's as soon as there is room. libmilter does nothing with their ids.
class LateStarts {
 public:
  using Create = decltype(pthread_create);

  explicit LateStarts(Create* create) : create_{create} {
    pthread_t thread{};
    const auto run = [](void* self) -> void* { static_cast<LateStarts*>(self)->run(); };
    runs_ = create_(&thread, nullptr, run, this) == 0;
  }

  bool take(const Start& start) {
    const std::lock_guard lock{guard_};
    if (!runs_ || count_ == starts_.size()) return false;
    starts_[count_++] = start;
    came_.notify_one();
    return true;
  }

 private:
  [[noreturn]] void run() {
    while (true) {
      const auto start = next();
      pthread_t thread{};
      while (create_(&thread, nullptr, start.function, start.argument) != 0)
        wait_for_more("threads");
    }
  }

  Start next() {
    std::unique_lock lock{guard_};
    came_.wait(lock, [this] { return count_ > 0; });
    const auto first = starts_.front();
    std::shift_left(starts_.begin(), starts_.begin() + static_cast<std::ptrdiff_t>(count_--), 1);
    return first;
  }

  Create* create_;
  bool runs_ = false;
  std::mutex guard_;
  std::condition_variable came_;
  std::array<Start, 1024> starts_{};  // no allocation: memory may be what there is none of
  std::size_t count_ = 0;
};

}  // namespace
}  // namespace quilter::milter

// The C library's parameter names are reserved ones.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  static const auto real = quilter::milter::next_named<decltype(pthread_create)>("pthread_create");
  // For good, as its thread is.
  static auto* const late = new (std::nothrow) quilter::milter::LateStarts{real};
  int error = EAGAIN;
  while ((error = real(thread, attributes, start, argument)) == EAGAIN) {
    if (quilter::milter::is_of_libmilter(reinterpret_cast<void*>(start)) && late != nullptr &&
        late->take({start, argument}))
      return 0;
    quilter::milter::wait_for_more("threads");
  }
  return error;
}
#endif

// Without a descriptor for the next connection libmilter asks for it again at once: a core full.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int accept(int listener, sockaddr* address, socklen_t* size) {
  static const auto real = quilter::milter::next_named<decltype(accept)>("accept");
  const int connection = real(listener, address, size);
  if (connection >= 0 && quilter::milter::is_of_libmilter(__builtin_return_address(0)))
    quilter::milter::read_ahead_from(connection);
  if (connection >= 0 || (errno != EMFILE && errno != ENFILE)) return connection;
  const int error = errno;
  quilter::milter::wait_for_more("descriptors");
  errno = error;
  return connection;
}
