// The calls that LD_PRELOAD takes over: those on files in the Disk's folder are counted, noted and
// may fail or be the last (disk.hpp); all others are passed on.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/chaos/faults/disk.hpp"

namespace quilter::faults {
namespace {

std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> target{};
  const auto link = descriptor == AT_FDCWD ? std::string{"/proc/self/cwd"}
                                           : "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : "";
}

// Both "" for what is not in the folder.
std::string ours(int descriptor) {
  auto path = path_of(descriptor);
  return Disk::instance().has(path) ? path : "";
}

std::string ours(int folder, const char* name) {
  auto path = *name == '/' ? std::string{name} : path_of(folder) + "/" + name;
  path = std::filesystem::path{path}.lexically_normal().string();
  return Disk::instance().has(path) ? path : "";
}

// `act` does the call and gives what it gave; -1 where it failed.
template <typename Act>
auto play(std::string_view step, const Act& act) -> decltype(act()) {
  auto& disk = Disk::instance();
  const std::lock_guard held{disk.guard()};
  const auto fate = disk.count(step);
  if (fate.error != 0) {
    errno = fate.error;
    return -1;
  }
  if (fate.dies_before) disk.die();
  const auto result = act();
  if (fate.dies_after) disk.die();
  return result;
}

int play_open(int folder, const char* name, int flags, mode_t mode) {
  const auto really = [&] {
    return static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
  };
  auto& disk = Disk::instance();
  const auto path = (flags & (O_CREAT | O_TRUNC)) != 0 ? ours(folder, name) : "";
  if (path.empty()) return really();
  const std::lock_guard held{disk.guard()};
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    const int file = really();
    if (file >= 0 && (flags & O_TRUNC) != 0) disk.emptied(file);
    return file;
  }
  return play("create", [&] {
    const int file = really();
    if (file >= 0) {
      disk.emptied(file);
      disk.created(path);
    }
    return file;
  });
}

template <typename Really>
ssize_t play_write(int descriptor, const Really& really) {
  if (ours(descriptor).empty()) return really();
  return play("write", [&] {
    Disk::instance().about_to_write(descriptor);
    return really();
  });
}

int play_sync(int descriptor, long number) {
  const auto really = [&] { return static_cast<int>(::syscall(number, descriptor)); };
  auto& disk = Disk::instance();
  const auto path = ours(descriptor);
  if (path.empty()) return really();
  struct stat there {};
  const bool is_folder = ::fstat(descriptor, &there) == 0 && S_ISDIR(there.st_mode);
  return play(is_folder ? "dirsync" : "fsync", [&] {
    const int result = really();
    if (result == 0 && is_folder) disk.folder_synced(path);
    if (result == 0 && !is_folder) disk.synced(descriptor);
    return result;
  });
}

int play_rename(int old_folder, const char* old_name, int new_folder, const char* new_name,
                unsigned flags) {
  const auto really = [&] {
    return static_cast<int>(
        ::syscall(SYS_renameat2, old_folder, old_name, new_folder, new_name, flags));
  };
  auto& disk = Disk::instance();
  const auto from = ours(old_folder, old_name);
  const auto to = ours(new_folder, new_name);
  if (from.empty() || to.empty()) return really();
  return play("rename", [&] {
    const auto kept = disk.keep(to);
    const int result = really();
    if (result == 0)
      disk.renamed(from, to, kept);
    else
      Disk::drop(kept);
    return result;
  });
}

int play_link(int old_folder, const char* old_name, int new_folder, const char* new_name,
              int flags) {
  const auto really = [&] {
    return static_cast<int>(
        ::syscall(SYS_linkat, old_folder, old_name, new_folder, new_name, flags));
  };
  const auto to = ours(new_folder, new_name);
  if (to.empty()) return really();
  return play("rename", [&] {
    const int result = really();
    if (result == 0) Disk::instance().created(to);
    return result;
  });
}

int play_unlink(int folder, const char* name, int flags) {
  const auto really = [&] {
    return static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
  };
  auto& disk = Disk::instance();
  const auto path = ours(folder, name);
  if (path.empty()) return really();
  return play("unlink", [&] {
    const auto kept = disk.keep(path);
    const int result = really();
    if (result == 0)
      disk.removed(path, kept);
    else
      Disk::drop(kept);
    return result;
  });
}

mode_t mode_among(int flags, std::va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

}  // namespace
}  // namespace quilter::faults

extern "C" {

using namespace quilter::faults;

int openat(int folder, const char* name, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const auto mode = mode_among(flags, more);
  va_end(more);
  return play_open(folder, name, flags, mode);
}

int open(const char* name, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const auto mode = mode_among(flags, more);
  va_end(more);
  return play_open(AT_FDCWD, name, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  return play_write(descriptor, [&] {
    return static_cast<ssize_t>(::syscall(SYS_write, descriptor, bytes, size));
  });
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
  return play_write(descriptor, [&] {
    return static_cast<ssize_t>(::syscall(SYS_writev, descriptor, pieces, count));
  });
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  return play_write(descriptor, [&] {
    Disk::instance().about_to_overwrite(descriptor, size, offset);
    return static_cast<ssize_t>(::syscall(SYS_pwrite64, descriptor, bytes, size, offset));
  });
}

// The same where files have 64-bit offsets anyway.
int open64(const char* name, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char* name, int flags, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t offset)
    __attribute__((alias("pwrite")));

int fsync(int descriptor) {
  return play_sync(descriptor, SYS_fsync);
}

int fdatasync(int descriptor) {
  return play_sync(descriptor, SYS_fdatasync);
}

int rename(const char* from, const char* to) noexcept {
  return play_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int old_folder, const char* from, int new_folder, const char* to) noexcept {
  return play_rename(old_folder, from, new_folder, to, 0);
}

int renameat2(int old_folder, const char* from, int new_folder, const char* to,
              unsigned flags) noexcept {
  return play_rename(old_folder, from, new_folder, to, flags);
}

int link(const char* from, const char* to) noexcept {
  return play_link(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int old_folder, const char* from, int new_folder, const char* to, int flags) noexcept {
  return play_link(old_folder, from, new_folder, to, flags);
}

int unlink(const char* name) noexcept {
  return play_unlink(AT_FDCWD, name, 0);
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  return play_unlink(folder, name, flags);
}

int remove(const char* name) noexcept {
  const int result = play_unlink(AT_FDCWD, name, 0);
  return result != 0 && errno == EISDIR ? play_unlink(AT_FDCWD, name, AT_REMOVEDIR) : result;
}

}  // extern "C"
