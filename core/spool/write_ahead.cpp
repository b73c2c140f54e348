#include "core/spool/write_ahead.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "core/spool/error.hpp"
#include "core/spool/write_ahead_files.hpp"

namespace quilter {
namespace {

// Never one that this log has had before.
std::uint64_t next_generation(std::uint64_t last) {
  using namespace std::chrono;
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  return std::max(last + 1, static_cast<std::uint64_t>(now));
}

void remove_files(const std::string& folder) {
  for (const std::size_t half : {0U, 1U}) ::unlink(ahead::path_of_half(folder, half).c_str());
}

}  // namespace

WriteAhead::Left WriteAhead::left_in(const std::string& folder) {
  Left left;
  for (const std::size_t half : {0U, 1U}) ahead::read_half(folder, half, left);
  return left;
}

void WriteAhead::begin(const std::string& folder, std::size_t bytes) {
  try {
    if (bytes > 0) return make(folder, bytes);
  } catch (const SpoolError&) {
    remove_files(folder);  // their part of a disk that has no room for all
    throw;
  }
  remove_files(folder);
}

void WriteAhead::make(const std::string& folder, std::size_t bytes) {
  const auto inside = folder + "/ahead";
  if (::mkdir(inside.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail("make", inside, errno);
  const std::lock_guard held{guard_};
  const auto half_bytes = bytes / halves_.size();
  marks_ = ahead::open_marks(folder);
  for (std::size_t half = 0; half < halves_.size(); ++half) {
    auto& own = halves_.at(half);
    own.file = ahead::make_half(folder, half, half_bytes);
    own.generation = next_generation(own.generation);
    // What an earlier run left is on the spool's shelves by now: no first record, no others.
    const std::string nothing(ahead::prefix_bytes, '\0');
    if (::pwrite(own.file.number(), nothing.data(), nothing.size(), 0) < 0)
      fail("write", ahead::path_of_half(folder, half), errno);
    sync(own.file, ahead::path_of_half(folder, half));
  }
  sync(open_folder(inside), inside);
  sync(open_folder(folder), folder);
  half_bytes_ = half_bytes;
}

bool WriteAhead::is_on() const {
  const std::lock_guard held{guard_};
  return half_bytes_ > 0 && failure_.empty();
}

std::string WriteAhead::failure() const {
  const std::lock_guard held{guard_};
  return failure_;
}

std::optional<WriteAhead::Ticket> WriteAhead::put(std::string_view header, std::string_view bytes) {
  auto record = ahead::record_of(header, bytes);
  std::unique_lock lock{guard_};
  if (!make_room(lock, record.size())) return std::nullopt;
  auto& half = halves_.at(active_);
  const Ticket ticket{active_, half.end};
  const auto place = half.undone.insert(ticket.offset).first;  // what may throw comes first
  if (append(record) && flush(lock, written_)) return ticket;
  half.undone.erase(place);
  return std::nullopt;
}

// The other half is begun only when all of this one is durable: what is flushed is of one file.
bool WriteAhead::make_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  while (failure_.empty() && halves_.at(active_).end + bytes > half_bytes_) {
    auto& other = halves_.at(1 - active_);
    if (bytes > half_bytes_ || !other.undone.empty()) return false;
    if (durable_ < written_) {
      flush(lock, written_);
      continue;
    }
    other.generation = next_generation(halves_.at(active_).generation);
    other.end = 0;
    active_ = 1 - active_;
  }
  return half_bytes_ > 0 && failure_.empty();
}

bool WriteAhead::append(std::string& record) {
  auto& half = halves_.at(active_);
  ahead::stamp(record, half.generation);
  for (std::string_view rest{record}; !rest.empty();) {
    const auto written =
        ::pwrite(half.file.number(), rest.data(), rest.size(), static_cast<off_t>(half.end));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      break_off("write", written < 0 ? errno : EIO);
      return false;
    }
    half.end += static_cast<std::size_t>(written);
    written_ += static_cast<std::uint64_t>(written);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// One flushes for all that have written by then; the others wait for it, and one of them flushes
// what came meanwhile.
bool WriteAhead::flush(std::unique_lock<std::mutex>& lock, std::uint64_t until) {
  while (durable_ < until && failure_.empty()) {
    if (flushing_) {
      flushed_.wait(lock);
      continue;
    }
    flushing_ = true;
    const auto target = written_;
    const auto file = halves_.at(active_).file.number();
    lock.unlock();
    const int error = ::fdatasync(file) == 0 ? 0 : errno;
    lock.lock();
    flushing_ = false;
    if (error != 0)
      break_off("sync", error);  // never twice: the kernel may have dropped what it could not write
    else
      durable_ = target;
    flushed_.notify_all();
  }
  return durable_ >= until;
}

void WriteAhead::break_off(const char* what, int error) {
  if (failure_.empty())
    failure_ = std::string{"cannot "} + what +
               " the write-ahead log: " + std::generic_category().message(error);
  flushed_.notify_all();
}

void WriteAhead::done(const std::vector<Ticket>& tickets) noexcept {
  const std::lock_guard held{guard_};
  for (const auto& ticket : tickets) halves_.at(ticket.half).undone.erase(ticket.offset);
  for (std::size_t half = 0; half < halves_.size(); ++half) mark(half);
}

void WriteAhead::mark(std::size_t half) noexcept {
  const auto& own = halves_.at(half);
  const auto offset = own.undone.empty() ? own.end : *own.undone.begin();
  ahead::write_mark(marks_, half, {own.generation, offset});
}

}  // namespace quilter
