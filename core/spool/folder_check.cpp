// What a daemon asks of its spool's folder, and the command that gives it.

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/spool/spool_folder.hpp"

namespace quilter {
namespace {

constexpr mode_t of_others = S_IWGRP | S_IWOTH;

std::string user_name(uid_t user) {
  std::array<char, 16384> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return std::to_string(user);
  return found->pw_name;
}

std::string make_command(const std::string& path) {
  return "install -d -m 0700 -o " + user_name(::geteuid()) + " " + path;
}

struct stat facts_of(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) fail("open", path, errno);
  return facts;
}

void check_owner(const std::string& path, const struct stat& facts) {
  const auto us = ::geteuid();
  if (facts.st_uid != us)
    throw SpoolError{"the spool folder " + path + " belongs to " + user_name(facts.st_uid) +
                         ", but this runs as " + user_name(us),
                     "chown -R " + user_name(us) + " " + path};
  if ((facts.st_mode & of_others) != 0)
    throw SpoolError{"the spool folder " + path + " can be written by others",
                     "chmod 0700 " + path};
}

void check_writable(const std::string& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) == 0) return;
  if (errno == EROFS)
    throw SpoolError{"the spool folder " + path + " is on a read-only file system",
                     "mount -o remount,rw \"$(findmnt -nro TARGET -T " + path + ")\""};
  throw SpoolError{"the spool folder " + path + " cannot be written", "chmod 0700 " + path};
}

}  // namespace

void SpoolFolder::throw_missing() const {
  throw SpoolError{"the spool folder " + path_ + " is not there: mount its disk, or make it",
                   make_command(path_)};
}

void SpoolFolder::check() const {
  struct stat folder {};
  if (::stat(path_.c_str(), &folder) != 0) {
    if (errno == ENOENT) throw_missing();
    fail("open", path_, errno);
  }
  if (!S_ISDIR(folder.st_mode))
    throw SpoolError{"the spool folder " + path_ + " is not a folder: move it away, then",
                     make_command(path_)};
  check_owner(path_, folder);
  check_writable(path_);
  for (const auto& inside :
       {path_ + "/tmp", path_of(Shelf::waiting), path_of(Shelf::failed), path_of(Shelf::torn)}) {
    if (::mkdir(inside.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail("make", inside, errno);
    const auto facts = facts_of(inside);
    if (!S_ISDIR(facts.st_mode))
      throw SpoolError{inside + " is not a folder: move it away; the daemon makes it"};
    check_owner(inside, facts);
    check_writable(inside);
    if (facts.st_dev != folder.st_dev)
      throw SpoolError{inside + " is on another file system than " + path_ +
                       ": files are renamed between them, so unmount it"};
  }
  sync(open_folder(path_), path_);
}

}  // namespace quilter
