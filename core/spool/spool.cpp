#include "core/spool/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace quilter {
namespace {

std::string megabytes(std::uint64_t bytes) {
  constexpr std::uint64_t megabyte = std::uint64_t{1} << 20U;
  return bytes < megabyte ? std::to_string(bytes) + " B"
                          : std::to_string(bytes / megabyte) + " MiB";
}

[[noreturn]] void fail_used(const std::string& path, const Descriptor& lock) {
  const auto pid = read_start(lock, path, 20);
  throw SpoolError{"the spool " + path + " is used by another quilterd (pid " +
                   pid.substr(0, pid.find('\n')) + "): give each daemon its own [spool] folder"};
}

Descriptor lock_of(const std::string& path) {
  const auto file = path + "/lock";
  Descriptor lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, ours_alone)};
  if (!lock.is_open()) fail("open", file, errno);
  if (!take_lock(lock, file)) fail_used(path, lock);
  // For people only: it may fail, on a disk that is full, and not end the daemon.
  const auto pid = std::to_string(::getpid()) + "\n";
  const auto written = ::pwrite(lock.number(), pid.data(), pid.size(), 0);
  static_cast<void>(written);
  return lock;
}

}  // namespace

Spool::Count& Spool::of(Counts& counts, Shelf shelf) {
  return counts.at(static_cast<std::size_t>(shelf));
}

const Spool::Count& Spool::of(const Counts& counts, Shelf shelf) {
  return counts.at(static_cast<std::size_t>(shelf));
}

void Spool::add(Counts& counts, Shelf shelf, std::uint64_t bytes) {
  ++of(counts, shelf).files;
  of(counts, shelf).bytes += static_cast<std::int64_t>(bytes);
}

void Spool::take(Counts& counts, Shelf shelf, std::uint64_t bytes) {
  --of(counts, shelf).files;
  of(counts, shelf).bytes -= static_cast<std::int64_t>(bytes);
}

// What is being written counts as if it were there already.
class Spool::Room {
 public:
  Room(Spool& spool, std::uint64_t bytes) : spool_{spool}, bytes_{bytes} {
    const std::lock_guard held{spool_.guard_};
    spool_.check_room(bytes_);
    ++spool_.being_written_.files;
    spool_.being_written_.bytes += static_cast<std::int64_t>(bytes_);
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() {
    const std::lock_guard held{spool_.guard_};
    --spool_.being_written_.files;
    spool_.being_written_.bytes -= static_cast<std::int64_t>(bytes_);
  }

 private:
  Spool& spool_;
  std::uint64_t bytes_;
};

Spool::Spool(SpoolOptions options) : folder_{options.folder}, options_{std::move(options)} {
  hold_folder();
  recovered_ = folder_.recover();
  refresh();
}

void Spool::reconfigure(const SpoolOptions& options) noexcept {
  const std::lock_guard held{guard_};
  options_.max_bytes = options.max_bytes;
  options_.max_files = options.max_files;
  options_.min_free_bytes = options.min_free_bytes;
}

bool Spool::holds_folder() const {
  struct stat ours {};
  struct stat there {};
  return lock_.is_open() && ::fstat(lock_.number(), &ours) == 0 &&
         ::lstat((path() + "/lock").c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

bool Spool::hold_folder() {
  const std::lock_guard held{holding_};
  if (holds_folder()) return false;
  folder_.check();
  lock_ = lock_of(path());
  return true;
}

// The message's bytes alone: that its header goes past a limit harms nobody.
void Spool::check_room(std::uint64_t bytes) const {
  std::int64_t files = being_written_.files;
  std::int64_t all = being_written_.bytes;
  for (const auto& shelf : counts_) {
    files += shelf.files;
    all += shelf.bytes;
  }
  const auto there = static_cast<std::uint64_t>(std::max<std::int64_t>(0, all));
  if (files >= options_.max_files)
    throw SpoolError{"full: the spool has " + std::to_string(files) + " files (spool.max_files)"};
  if (there + bytes > options_.max_bytes)
    throw SpoolError{"full: the spool has " + megabytes(there) + " of at most " +
                     megabytes(options_.max_bytes) + " (spool.max_bytes)"};
  struct statvfs disk {};
  if (::statvfs(path().c_str(), &disk) != 0) fail("open", path(), errno);
  const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const auto promised = static_cast<std::uint64_t>(being_written_.bytes) + bytes;
  if (free < promised + options_.min_free_bytes)
    throw SpoolError{"full: only " + megabytes(free) +
                     " are free on the disk of the spool (spool.min_free)"};
}

std::string Spool::store(const Spooled& spooled, Shelf shelf) {
  if (hold_folder()) refresh();  // another folder than before
  const Room room{*this, spooled.message.bytes.size()};
  auto kept = folder_.keep(spooled, shelf);
  const std::lock_guard held{guard_};
  for (auto* counts : {&counts_, &counted_meanwhile_}) add(*counts, shelf, kept.file_bytes);
  if (shelf == Shelf::waiting && !oldest_) oldest_ = arrival_of(kept.id);
  return std::move(kept.id);
}

void Spool::remove(Claim claim) {
  const auto shelf = claim.shelf();
  const auto bytes = claim.file_bytes();
  folder_.remove(std::move(claim));
  const std::lock_guard held{guard_};
  take(counts_, shelf, bytes);
  if (of(counts_, Shelf::waiting).files <= 0) oldest_.reset();
}

void Spool::move(Claim claim, Shelf to, std::string_view why) {
  const auto from = claim.shelf();
  const auto bytes = claim.file_bytes();
  folder_.move(std::move(claim), to, why);
  const std::lock_guard held{guard_};
  take(counts_, from, bytes);
  for (auto* counts : {&counts_, &counted_meanwhile_}) add(*counts, to, bytes);
  if (of(counts_, Shelf::waiting).files <= 0) oldest_.reset();
}

SpoolStatus Spool::status() const {
  const std::lock_guard held{guard_};
  std::int64_t bytes = 0;
  for (const auto& shelf : counts_) bytes += shelf.bytes;
  const auto files = [this](Shelf shelf) {
    return static_cast<int>(std::max<std::int64_t>(0, of(counts_, shelf).files));
  };
  return {files(Shelf::waiting), files(Shelf::failed), files(Shelf::torn),
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, bytes)), oldest_};
}

// What was taken away meanwhile may still be counted: too much, until the next time, never too
// little.
void Spool::refresh() {
  const std::lock_guard alone{refreshing_};
  {
    const std::lock_guard held{guard_};
    counted_meanwhile_ = {};
  }
  Counts there{};
  std::optional<Timestamp> oldest;
  for (const auto shelf : all_shelves) {
    const auto usage = folder_.usage(shelf);
    of(there, shelf) = {usage.files, static_cast<std::int64_t>(usage.bytes)};
    if (shelf == Shelf::waiting) oldest = usage.oldest;
  }
  const std::lock_guard held{guard_};
  for (std::size_t i = 0; i < there.size(); ++i) {
    there.at(i).files += counted_meanwhile_.at(i).files;
    there.at(i).bytes += counted_meanwhile_.at(i).bytes;
  }
  counts_ = there;
  oldest_ = oldest;
}

}  // namespace quilter
