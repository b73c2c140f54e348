#include "core/spool/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/spool/error.hpp"

namespace quilter {
namespace {

constexpr std::size_t small_file_bytes = std::size_t{64} << 20U;

// All fields but the type are 0: the whole file.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// What root writes by the tool the daemon must be able to read.
void give_to_owner_of(const std::string& folder, const Descriptor& file) {
  struct stat facts {};
  if (::geteuid() == 0 && ::stat(folder.c_str(), &facts) == 0)
    static_cast<void>(::fchown(file.number(), facts.st_uid, facts.st_gid) == 0);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void fail(std::string_view what, const std::string& path, int error) {
  throw SpoolError{"cannot " + std::string{what} + " " + path + ": " +
                   std::generic_category().message(error)};
}

Descriptor open_folder(const std::string& path) {
  Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.is_open()) fail("open", path, errno);
  return folder;
}

void write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync(const Descriptor& file, const std::string& path) {
  if (::fsync(file.number()) != 0) fail("write", path, errno);
}

std::string read_start(const Descriptor& file, const std::string& path, std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t length = 0;
  while (length < most) {
    const auto got =
        ::pread(file.number(), bytes.data() + length, most - length, static_cast<off_t>(length));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  bytes.resize(length);
  return bytes;
}

std::string read_all(const Descriptor& file, const std::string& path) {
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) fail("read", path, errno);
  return read_start(file, path, static_cast<std::size_t>(facts.st_size));
}

std::optional<std::string> read_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) fail("read", path, errno);
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) fail("read", path, errno);
  return read_start(file, path,
                    std::min(static_cast<std::size_t>(facts.st_size), small_file_bytes));
}

void replace_file(const std::string& folder, const std::string& name, std::string_view text) {
  const auto path = folder + "/" + name;
  const auto draft = folder + "/." + name + ".new";
  {
    const Descriptor file{
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, ours_alone)};
    if (!file.is_open()) fail("write", path, errno);
    give_to_owner_of(folder, file);
    write_all(file, text, path);
    sync(file, path);
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail("write", path, errno);
  sync(open_folder(folder), path);
}

bool take_lock(const Descriptor& file, const std::string& path) {
  auto lock = whole_file();
  if (::fcntl(file.number(), F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  fail("lock", path, errno);
}

bool is_locked(const Descriptor& file) {
  auto lock = whole_file();
  return ::fcntl(file.number(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace quilter
