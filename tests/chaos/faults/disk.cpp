#include "tests/chaos/faults/disk.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

namespace quilter::faults {
namespace {

namespace fs = std::filesystem;

// Past our own calls.cpp, here and below.
std::string content(const std::string& file) {
  std::array<char, 200> buffer{};
  const auto number =
      static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file.c_str(), O_RDONLY | O_CLOEXEC));
  if (number < 0) return "";
  const auto size = ::read(number, buffer.data(), buffer.size());
  ::close(number);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
}

void move(const std::string& from, const std::string& to) {
  ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0);
}

void unlink_really(const std::string& path) {
  ::syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), 0);
}

int error_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, int>, 6> names{{{"ENOSPC", ENOSPC},
                                                                   {"EIO", EIO},
                                                                   {"EDQUOT", EDQUOT},
                                                                   {"EROFS", EROFS},
                                                                   {"EACCES", EACCES},
                                                                   {"EMFILE", EMFILE}}};
  for (const auto& [text, number] : names)
    if (text == name) return number;
  return 0;
}

std::string parent(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

Disk& Disk::instance() {
  static Disk& disk = *new Disk;  // never destroyed: other threads may still write at exit
  return disk;
}

Disk::Disk() {
  const char* folder = std::getenv("QUILTER_FAULT_FOLDER");
  const char* order = std::getenv("QUILTER_FAULT_ORDER");
  if (folder == nullptr || order == nullptr) return;
  std::array<char, PATH_MAX> real{};
  folder_ = ::realpath(folder, real.data()) != nullptr ? real.data() : folder;
  order_file_ = order;
}

bool Disk::has(const std::string& path) const {
  return !folder_.empty() && path.starts_with(folder_) &&
         (path.size() == folder_.size() || path[folder_.size()] == '/');
}

// --- the order

void Disk::read_order() {
  auto text = content(order_file_);
  if (text == order_.text) return;
  order_ = Order{};
  calls_ = 0;
  std::istringstream words{text};
  std::string place, word_for;
  if (!(words >> order_.fault >> order_.when >> place >> word_for >> order_.count))
    order_.count = 1;
  order_.text = std::move(text);
  const auto colon = std::min(place.find(':'), place.size());
  order_.step = place.substr(0, colon);
  order_.first = std::atoi(place.substr(std::min(colon + 1, place.size())).c_str());
}

Disk::Fate Disk::count(std::string_view step) {
  read_order();
  if (order_.step != step) return {};
  ++calls_;
  if (calls_ < order_.first || calls_ >= order_.first + order_.count) return {};
  return {.dies_before = order_.when == "before",
          .dies_after = order_.when == "after",
          .error = error_named(order_.fault)};
}

// --- the power cut

void Disk::tear_files(const std::string& folder) const {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator{folder, error}) {
    struct stat there {};
    if (::lstat(entry.path().c_str(), &there) != 0 || !S_ISREG(there.st_mode)) continue;
    const auto known = durable_.find(there.st_ino);
    if (known == durable_.end() || there.st_size <= known->second) continue;
    fs::resize_file(entry.path(), static_cast<std::uintmax_t>(known->second + there.st_size) / 2,
                    error);
  }
}

// The later half of each, the last one first.
void Disk::tear_overwritten() const {
  for (auto one = overwritten_.rbegin(); one != overwritten_.rend(); ++one) {
    const auto half = one->before.size() / 2;
    const auto file =
        static_cast<int>(::syscall(SYS_openat, AT_FDCWD, one->path.c_str(), O_WRONLY | O_CLOEXEC));
    ::syscall(SYS_pwrite64, file, one->before.data() + half, one->before.size() - half,
              one->offset + static_cast<off_t>(half));
    ::close(file);
  }
}

void Disk::undo_changes() const {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->kind == Change::Kind::renamed) move(change->path, change->from);
    if (change->kind == Change::Kind::created) unlink_really(change->path);
    if (!change->kept.empty()) move(change->kept, change->path);
  }
}

void Disk::die() {
  if (order_.fault == "power-cut") {
    tear_files(folder_);
    tear_files(store());
    tear_overwritten();
    undo_changes();
  }
  for (;;) ::kill(::getpid(), SIGKILL);
}

// --- what is durable

void Disk::emptied(int file) {
  struct stat there {};
  if (::fstat(file, &there) == 0) durable_[there.st_ino] = 0;
}

void Disk::about_to_write(int file) {
  struct stat there {};
  if (::fstat(file, &there) == 0) durable_.emplace(there.st_ino, there.st_size);
}

void Disk::about_to_overwrite(int file, std::size_t size, off_t offset) {
  struct stat there {};
  std::string before(size, '\0');
  const auto got = ::pread(file, before.data(), size, offset);
  if (got <= 0 || ::fstat(file, &there) != 0) return;
  before.resize(static_cast<std::size_t>(got));
  std::array<char, PATH_MAX> path{};
  const auto link = "/proc/self/fd/" + std::to_string(file);
  if (::readlink(link.c_str(), path.data(), path.size() - 1) > 0)
    overwritten_.push_back({there.st_ino, path.data(), offset, std::move(before)});
}

void Disk::synced(int file) {
  struct stat there {};
  if (::fstat(file, &there) != 0) return;
  durable_[there.st_ino] = there.st_size;
  std::erase_if(overwritten_, [&](const Overwritten& one) { return one.file == there.st_ino; });
}

void Disk::created(const std::string& path) {
  changes_.push_back({Change::Kind::created, "", path, ""});
}

// What led to a name that lasts is of no more interest.
void Disk::folder_synced(const std::string& folder) {
  std::vector<std::string> lasting;
  for (auto i = changes_.size(); i-- > 0;) {
    const auto& change = changes_[i];
    const auto led = std::find(lasting.begin(), lasting.end(), change.path);
    const bool led_here = change.kind != Change::Kind::removed && led != lasting.end();
    if (parent(change.path) != folder && !led_here) continue;
    if (led_here) lasting.erase(led);
    if (change.kind == Change::Kind::renamed) lasting.push_back(change.from);
    drop(change.kept);
    changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::string Disk::keep(const std::string& path) {
  ::mkdir(store().c_str(), 0700);
  auto kept = store() + "/" + std::to_string(::getpid()) + "." + std::to_string(++kept_);
  const bool linked = ::syscall(SYS_linkat, AT_FDCWD, path.c_str(), AT_FDCWD, kept.c_str(), 0) == 0;
  return linked ? kept : "";
}

void Disk::renamed(const std::string& from, const std::string& path, const std::string& kept) {
  changes_.push_back({Change::Kind::renamed, from, path, kept});
}

void Disk::removed(const std::string& path, const std::string& kept) {
  changes_.push_back({Change::Kind::removed, "", path, kept});
}

void Disk::drop(const std::string& kept) {
  if (!kept.empty()) unlink_really(kept);
}

}  // namespace quilter::faults
