// SpoolFolder: the files of a spool. FOLDER/tmp while they are written, then one shelf: new/
// (waiting to be recorded), failed/ (set aside, until somebody looks), torn/ (damaged). `ID.why`
// beside a file says why it was moved there.
//
// Promise: keep() returns once the message would outlive a power cut, and leaves nothing where it
// throws. A file is claimed by one at a time, of all threads and processes, so that the tool is
// safe beside the daemon; a claim ends with its holder. Ids sort by arrival, and name nothing
// outside. Nothing is kept open in between: a folder that was away and is back works again.
// Errors: SpoolError.
// Owns: no file; a Claim owns its lock.
// Threads: safe from any, without a guard; a Claim belongs to one thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/spool/error.hpp"
#include "core/spool/files.hpp"
#include "core/spool/spooled.hpp"

namespace quilter {

enum class Shelf : std::uint8_t { waiting, failed, torn };
inline constexpr std::array all_shelves{Shelf::waiting, Shelf::failed, Shelf::torn};

std::string_view to_string(Shelf shelf);  // "waiting", "failed", "torn"

// Fit to be a file's name on a shelf: not empty, hidden, a path, or a `.why`.
bool is_spool_id(std::string_view id);

// When the file of this id was kept; nothing where the id is not one of ours.
std::optional<Timestamp> arrival_of(std::string_view id);

class Claim {
 public:
  const std::string& id() const { return id_; }
  Shelf shelf() const { return shelf_; }
  std::uint64_t file_bytes() const { return file_bytes_; }
  std::variant<Spooled, Torn> read() const;

 private:
  friend class SpoolFolder;
  Claim(Descriptor file, Shelf shelf, std::string id, std::uint64_t file_bytes)
      : file_{std::move(file)}, shelf_{shelf}, id_{std::move(id)}, file_bytes_{file_bytes} {}

  Descriptor file_;
  Shelf shelf_;
  std::string id_;
  std::uint64_t file_bytes_;
};

struct SpoolEntry {
  std::string id;
  Shelf shelf = Shelf::waiting;
  std::uint64_t file_bytes = 0;
  bool held = false;                 // claimed at this moment
  std::optional<Timestamp> arrived;  // of the header, else of the id
  std::string queue_id, reverse_path;
  std::vector<std::string> projects;
  bool truncated = false;
  std::string reason;  // why it is on this shelf
};

struct ShelfUsage {
  int files = 0;
  std::uint64_t bytes = 0;
  std::optional<Timestamp> oldest;
};

class SpoolFolder {
 public:
  struct Kept {
    std::string id;
    std::uint64_t file_bytes = 0;
  };

  explicit SpoolFolder(std::string path) : path_{std::move(path)} {}
  const std::string& path() const { return path_; }

  // That all is as it must be for a daemon; makes what is missing inside. The SpoolError names the
  // command that mends it. The folder itself is not made: a missing one is often a missing disk.
  void check() const;

  Kept keep(const Spooled& spooled, Shelf shelf);
  std::vector<std::string> ids(Shelf shelf) const;  // oldest first
  // Nothing where it is gone or held.
  std::optional<Claim> claim(Shelf shelf, const std::string& id) const;
  // `why` is a note: where it cannot be written the file is moved all the same.
  void move(Claim claim, Shelf to, std::string_view why = {});
  void remove(Claim claim) const;  // comes back, at worst, after a power cut

  std::vector<SpoolEntry> entries(Shelf shelf) const;  // oldest first; bodies are not read
  std::optional<SpoolEntry> entry(Shelf shelf, const std::string& id) const;
  // The whole file, without a claim.
  std::optional<std::string> file(Shelf shelf, const std::string& id) const;
  ShelfUsage usage(Shelf shelf) const;

  // What a daemon that ended left in tmp/: whole files become waiting, others torn. For the one
  // daemon that holds the spool's lock, before it keeps anything.
  struct Recovered {
    std::vector<std::string> whole, torn;  // ids
    int forgotten = 0;                     // torn ones of earlier crashes, past the newest 100
  };
  Recovered recover();

 private:
  std::string path_of(Shelf shelf) const;
  std::string path_of_note(Shelf shelf, const std::string& id) const;
  std::string next_id(std::string_view queue_id);
  std::string place(const std::string& file, std::string id, Shelf shelf);
  std::string reason_of(const SpoolEntry& entry, const std::string& of_header) const;
  int forget_unfinished() const;
  [[noreturn]] void throw_missing() const;
  void drop_note(Shelf shelf, const std::string& id) const;

  std::string path_;
  std::atomic<std::int64_t> last_id_{0};  // microseconds since 1970
};

}  // namespace quilter
