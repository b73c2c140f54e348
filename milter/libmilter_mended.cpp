#include "milter/libmilter_mended.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>

#include "core/ingest/maillog.hpp"

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

// Where it fails libmilter leaves the session without a thread: hanging for good, its descriptor
// open. The sanitizers' runtimes have their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The C library's parameter names are reserved ones.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  static const auto real = quilter::milter::next_named<decltype(pthread_create)>("pthread_create");
  int error = EAGAIN;
  while ((error = real(thread, attributes, start, argument)) == EAGAIN)
    quilter::milter::wait_for_more("threads");
  return error;
}
#endif

// Without a descriptor for the next connection libmilter asks for it again at once: a core full.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int accept(int listener, sockaddr* address, socklen_t* size) {
  static const auto real = quilter::milter::next_named<decltype(accept)>("accept");
  const int connection = real(listener, address, size);
  if (connection >= 0 || (errno != EMFILE && errno != ENFILE)) return connection;
  const int error = errno;
  quilter::milter::wait_for_more("descriptors");
  errno = error;
  return connection;
}
