// Spool: one daemon's spool. Mail is kept here that the database could not take.
//
// Promise: a message that keep() or set_aside() took is on disk when they return; past a limit, or
// on a disk that is full or away, nothing is written. No two daemons use one folder. A folder that
// was away and is back works again; where another came in its place, that is checked and locked
// first.
// Errors: SpoolError; "full: …" past a limit.
// Owns: the folder's lock file.
// Threads: safe from any. No guard is held while a file is written.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spool/options.hpp"
#include "core/spool/spool_folder.hpp"

namespace quilter {

struct SpoolStatus {
  int waiting = 0, failed = 0, torn = 0;  // files
  std::uint64_t bytes = 0;                // of all
  std::optional<Timestamp> oldest;        // of those that wait, as of the last refresh()
};

class Spool {
 public:
  explicit Spool(SpoolOptions options);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool() = default;

  // The limits, for what is kept from now on; the folder stays.
  void reconfigure(const SpoolOptions& options) noexcept;

  const SpoolFolder::Recovered& recovered() const { return recovered_; }  // at start

  std::string keep(const Spooled& spooled) { return store(spooled, Shelf::waiting); }
  std::string set_aside(const Spooled& spooled) { return store(spooled, Shelf::failed); }

  std::vector<std::string> waiting() const { return folder_.ids(Shelf::waiting); }  // oldest first
  std::optional<Claim> claim(const std::string& id) const {
    return folder_.claim(Shelf::waiting, id);
  }
  void remove(Claim claim);
  void move(Claim claim, Shelf to, std::string_view why);

  SpoolStatus status() const;  // what we did since refresh() is counted, what others did is not
  void refresh();              // counts anew

  const std::string& path() const { return folder_.path(); }

 private:
  struct Count {  // signed: a file may be taken away before who wrote it has counted it
    std::int64_t files = 0;
    std::int64_t bytes = 0;
  };
  using Counts = std::array<Count, all_shelves.size()>;
  class Room;

  std::string store(const Spooled& spooled, Shelf shelf);
  bool hold_folder();  // whether it had to be taken
  bool holds_folder() const;
  void check_room(std::uint64_t bytes) const;
  static Count& of(Counts& counts, Shelf shelf);
  static const Count& of(const Counts& counts, Shelf shelf);
  static void add(Counts& counts, Shelf shelf, std::uint64_t bytes);
  static void take(Counts& counts, Shelf shelf, std::uint64_t bytes);

  SpoolFolder folder_;
  std::mutex holding_;
  Descriptor lock_;
  SpoolFolder::Recovered recovered_;

  std::mutex refreshing_;
  mutable std::mutex guard_;  // of what follows
  SpoolOptions options_;
  Counts counts_{};
  Counts counted_meanwhile_{};  // since refresh() began
  Count being_written_;
  std::optional<Timestamp> oldest_;
};

}  // namespace quilter
