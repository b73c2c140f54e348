#include "milter/libmilter_reads.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

// The sanitizers' runtimes have their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace quilter::milter {
namespace {

constexpr std::size_t room = std::size_t{16} * 1024;
constexpr std::size_t most_sessions = 65'536;  // descriptors above go to the system

// Empty, and without memory, whenever nobody reads the session: libmilter lets go of it only when
// poll() says that there is nothing.
struct Ahead {
  std::unique_ptr<std::array<char, room>> bytes;
  std::size_t next = 0;
  std::atomic<std::size_t> left = 0;
};

std::array<std::atomic<Ahead*>, most_sessions> sessions{};

Ahead* ahead_of(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  return descriptor >= 0 && place < sessions.size() ? sessions[place].load() : nullptr;
}

void forget(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (descriptor >= 0 && place < sessions.size()) delete sessions[place].exchange(nullptr);
}

ssize_t really_read(int descriptor, void* to, std::size_t size) {
  return ::syscall(SYS_read, descriptor, to, size);
}

ssize_t give(Ahead& ahead, void* to, std::size_t size) {
  const auto left = ahead.left.load();
  const auto given = std::min(size, left);
  std::memcpy(to, ahead.bytes->data() + ahead.next, given);
  ahead.next += given;
  ahead.left = left - given;
  if (given == left) ahead.bytes.reset();
  return static_cast<ssize_t>(given);
}

// Who asks for much gets it without a detour, and so does everybody where there is no memory.
ssize_t fill_and_give(int descriptor, Ahead& ahead, void* to, std::size_t size) {
  if (size < room) ahead.bytes.reset(new (std::nothrow) std::array<char, room>);
  if (!ahead.bytes) return really_read(descriptor, to, size);
  const auto got = really_read(descriptor, ahead.bytes->data(), room);
  if (got <= 0) {
    ahead.bytes.reset();
    return got;
  }
  ahead.next = 0;
  ahead.left = static_cast<std::size_t>(got);
  return give(ahead, to, size);
}

bool has_something(const pollfd& one) {
  if ((one.events & POLLIN) == 0) return false;
  const auto* ahead = ahead_of(one.fd);
  return ahead != nullptr && ahead->left > 0;
}

}  // namespace

void read_ahead_from(int session) noexcept {
  forget(session);
  const auto place = static_cast<std::size_t>(session);
  if (session >= 0 && place < sessions.size()) sessions[place] = new (std::nothrow) Ahead;
}

}  // namespace quilter::milter

// The C library's parameter names are reserved ones.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" ssize_t read(int descriptor, void* to, std::size_t size) {
  using namespace quilter::milter;
  auto* ahead = ahead_of(descriptor);
  if (ahead == nullptr || size == 0) return really_read(descriptor, to, size);
  return ahead->left > 0 ? give(*ahead, to, size) : fill_and_give(descriptor, *ahead, to, size);
}

extern "C" int poll(pollfd* all, nfds_t count, int timeout) {
  using namespace quilter::milter;
  const std::span descriptors{all, count};
  if (std::ranges::none_of(descriptors, has_something))
    return static_cast<int>(::syscall(SYS_poll, all, count, timeout));
  if (count > 1 && ::syscall(SYS_poll, all, count, 0) < 0) return -1;
  int ready = 0;
  for (auto& one : descriptors) {
    if (count == 1) one.revents = 0;
    if (has_something(one)) one.revents = static_cast<short>(one.revents | POLLIN);
    ready += one.revents != 0 ? 1 : 0;
  }
  return ready;
}

// Forgotten first: another session may have the number at once.
extern "C" int close(int descriptor) {
  quilter::milter::forget(descriptor);
  return static_cast<int>(::syscall(SYS_close, descriptor));
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
#else
void quilter::milter::read_ahead_from(int /*session*/) noexcept {}
#endif
