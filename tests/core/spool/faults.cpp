#include "tests/core/spool/faults.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>

namespace quilter::test {
namespace {

constexpr int death = 99;

std::atomic<bool> watching{false};
Fault wanted = Fault::none;
int calls_left = 0;
int wanted_error = 0;
std::vector<std::string> calls;

// Whether the call is the one that the fault is for; it does not return where that is to die.
bool is_faulty(const std::string& call, const std::function<void()>& half_done = {}) {
  if (!watching) return false;
  calls.push_back(call);
  if (wanted == Fault::none || --calls_left != 0) return false;
  if (wanted == Fault::dies) {
    if (half_done) half_done();
    ::_exit(death);
  }
  errno = wanted_error;
  return true;
}

std::string kind_of(int file) {
  struct stat facts {};
  return ::fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode) ? "folder" : "file";
}

}  // namespace

void watch_calls(Fault fault, int at, int error) {
  wanted = fault;
  calls_left = at;
  wanted_error = error;
  calls.clear();
  watching = true;
}

std::vector<std::string> watched_calls() {
  watching = false;
  return calls;
}

End in_child(const std::function<void()>& act) {
  const auto child = ::fork();
  if (child == 0) {
    try {
      act();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
      (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != death))
    throw std::runtime_error{"the child failed"};
  return WEXITSTATUS(status) == 0 ? End::reached : End::died;
}

}  // namespace quilter::test

using quilter::test::is_faulty;

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  const auto half = [&] { ::syscall(SYS_write, file, bytes, size / 2); };
  return is_faulty("write", half) ? -1 : ::syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  const auto half = [&] { ::syscall(SYS_pwrite64, file, bytes, size / 2, offset); };
  if (is_faulty("pwrite", half)) return -1;
  return ::syscall(SYS_pwrite64, file, bytes, size, offset);
}

int fdatasync(int file) {
  return is_faulty("fdatasync") ? -1 : static_cast<int>(::syscall(SYS_fdatasync, file));
}

int fsync(int file) {
  if (is_faulty("fsync " + quilter::test::kind_of(file))) return -1;
  return static_cast<int>(::syscall(SYS_fsync, file));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  if (is_faulty("rename")) return -1;
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int unlink(const char* path) noexcept {
  return is_faulty("unlink") ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}

}  // extern "C"
