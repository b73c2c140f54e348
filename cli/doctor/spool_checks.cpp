// The spool's folder and its disk, with the daemon's eyes.

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "cli/doctor/installation.hpp"
#include "core/spool/spool_folder.hpp"

namespace quilter::doctor {
namespace {

using std::chrono::minutes;

constexpr minutes long_wait{10};
constexpr const char* look = "sudo quilter spool list";

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20U) + " MiB";
}

// statfs(2).
std::string_view unsafe_file_system(const std::string& folder) {
  constexpr std::array<std::pair<unsigned long, std::string_view>, 6> unsafe{{
      {0x01021994, "tmpfs, which a reboot empties"},
      {0x858458f6, "ramfs, which a reboot empties"},
      {0x6969, "NFS: a message is accepted once it is on this host's own disk"},
      {0xff534d42, "CIFS: a message is accepted once it is on this host's own disk"},
      {0xfe534d42, "SMB: a message is accepted once it is on this host's own disk"},
      {0x794c7630, "overlayfs, which goes with its container"},
  }};
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return {};
  for (const auto& [type, what] : unsafe)
    if ((static_cast<unsigned long>(facts.f_type) & 0xffffffffUL) == type) return what;
  return {};
}

void check_folder(const std::string& folder, const Report& report) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    report(warning(folder + " is open to others: mail that waits can be read",
                   "sudo chmod 0700 " + word(folder)));
  if (const auto what = unsafe_file_system(folder); !what.empty())
    report(warning(folder + " is on " + std::string{what},
                   "findmnt -T " + word(folder) + "   # mount a disk of this host there"));
}

void check_shelves(const SpoolFolder& folder, const Report& report) {
  const auto waiting = folder.usage(Shelf::waiting), failed = folder.usage(Shelf::failed),
             torn = folder.usage(Shelf::torn);
  const auto now = std::chrono::system_clock::now();
  const auto waited =
      waiting.oldest ? std::chrono::floor<minutes>(now - *waiting.oldest) : minutes{0};
  if (waited >= long_wait)
    report(warning(std::to_string(waiting.files) + " waiting, the oldest for " +
                       std::to_string(waited.count()) +
                       " min: the database is away, or no daemon runs",
                   look));
  if (failed.files > 0)
    report(warning(std::to_string(failed.files) + " set aside: the database refused them",
                   std::string{look} + "   # then: quilter spool retry ID"));
  if (torn.files > 0)
    report(warning(std::to_string(torn.files) + " torn: damaged by a crash, or a sick disk", look));
  if (waited < long_wait && failed.files == 0 && torn.files == 0)
    report(ok(folder.path() + ", " + std::to_string(waiting.files) + " waiting"));
}

}  // namespace

void check_spool(const Installation& installation, const Report& report) {
  if (!is_current(installation.daemon))
    return report(skipped("not looked at as the daemon's user: run as root"));
  const SpoolFolder folder{installation.config.spool.folder};
  try {
    folder.check();
    check_folder(folder.path(), report);
    check_shelves(folder, report);
  } catch (const SpoolError& error) {
    const auto& command = error.command();
    const std::string text = error.what();
    report(wrong(command.empty() ? text : text.substr(0, text.size() - command.size() - 2),
                 command.empty() ? "" : "sudo " + command));
  }
}

void check_disk(const Installation& installation, const Report& report) {
  const auto& folder = installation.config.spool.folder;
  const std::uint64_t least = installation.config.spool.min_free_bytes;
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0)
    return report(skipped(folder + ": " + std::generic_category().message(errno)));
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const auto are_free =
      mebibytes(free) + " are free on the spool's disk, spool.min_free is " + mebibytes(least);
  const auto make_room = "df -h " + word(folder) + "   # then make room there";
  if (free < least)
    report(wrong(are_free + ": the spool takes no mail", make_room));
  else if (disk.f_files > 0 && disk.f_favail == 0)
    report(wrong("no inode is free on the spool's disk: it takes no mail",
                 "df -i " + word(folder) + "   # then delete files there"));
  else if (free / 2 < least)
    report(warning(are_free, make_room));
  else
    report(ok(mebibytes(free) + " free for the spool"));
}

}  // namespace quilter::doctor
