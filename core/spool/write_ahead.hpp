// WriteAhead: a log on this host's disk, in which a message is durable before the database has it,
// at the price of a share of one flush.
//
// Promise: what put() has taken outlives a power cut until it is done(); the next start finds it.
// What is done may be found once more, after a power cut: recording is idempotent. The log's size
// on disk is fixed and made beforehand, since a flush of a file that grows costs twice. Recipients
// are never in it. Messages that come at once share a flush.
// Errors: SpoolError from begin(). put() throws none of the disk's: what it could not make durable
// it has not taken, and after the disk's first failure it takes nothing until the next start.
// Owns: the files FOLDER/ahead/*. For the one daemon that holds the spool's lock.
// Threads: begin() comes first, and once; all else is safe from any.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/spool/files.hpp"
#include "core/spool/spooled.hpp"

namespace quilter {

class WriteAhead {
 public:
  // Of a message in the log.
  struct Ticket {
    std::size_t half = 0, offset = 0;
  };

  // What an earlier run left undone.
  struct Left {
    std::vector<Spooled> whole;
    std::vector<std::string> torn;  // why, of each; as a rule one that was never answered
  };
  static Left left_in(const std::string& folder);

  WriteAhead() = default;  // takes nothing, before begin()
  WriteAhead(const WriteAhead&) = delete;
  WriteAhead& operator=(const WriteAhead&) = delete;
  ~WriteAhead() = default;

  // Empties the log, which has so many bytes from then on; 0, or where it throws: it takes nothing,
  // and has no files.
  void begin(const std::string& folder, std::size_t bytes);

  // Nothing where the log is full of what is not done, or is broken.
  std::optional<Ticket> put(std::string_view header, std::string_view bytes);
  void done(const std::vector<Ticket>& tickets) noexcept;

  bool is_on() const;
  std::string failure() const;  // of the disk; "" while there was none

 private:
  // Both are written in turn: one once all of the other is done.
  struct Half {
    Descriptor file;
    std::uint64_t generation = 0;
    std::size_t end = 0;
    std::set<std::size_t> undone;  // offsets
  };

  void make(const std::string& folder, std::size_t bytes);
  bool make_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  bool append(std::string& record);
  bool flush(std::unique_lock<std::mutex>& lock, std::uint64_t until);
  void mark(std::size_t half) noexcept;
  void break_off(const char* what, int error);

  std::size_t half_bytes_ = 0;
  mutable std::mutex guard_;  // of what follows
  std::condition_variable flushed_;
  std::array<Half, 2> halves_;
  Descriptor marks_;
  std::size_t active_ = 0;
  std::uint64_t written_ = 0, durable_ = 0;  // bytes, of all that was ever put
  bool flushing_ = false;
  std::string failure_;
};

}  // namespace quilter
