// Files as the spool needs them: descriptors that close, writes that are whole or fail, locks.
//
// Promise: nothing is tried again that failed; EINTR is no failure of a write or read.
// Errors: SpoolError with the path and the system's words ("No space left on device").
// Owns: a Descriptor owns what it was given.
// Threads: safe from any; a Descriptor belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace quilter {

constexpr unsigned ours_alone = 0600;  // the mode of every file here

class Descriptor {
 public:
  Descriptor() = default;  // none
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_ = -1;
};

// "cannot WHAT PATH: SYSTEM'S WORDS".
[[noreturn]] void fail(std::string_view what, const std::string& path, int error);

Descriptor open_folder(const std::string& path);
void write_all(const Descriptor& file, std::string_view bytes, const std::string& path);
void sync(const Descriptor& file, const std::string& path);  // never twice on a file that failed
std::string read_all(const Descriptor& file, const std::string& path);
std::string read_start(const Descriptor& file, const std::string& path, std::size_t most);

// The whole of a small file; nothing where there is none.
std::optional<std::string> read_file(const std::string& path);

// Durable when it returns, and at any moment either the old text or the new. For one writer a path.
void replace_file(const std::string& folder, const std::string& name, std::string_view text);

// A lock belongs to the open file (not to the process, as POSIX's do): it excludes threads as well,
// and goes with the Descriptor, or with the process.
bool take_lock(const Descriptor& file, const std::string& path);  // opened for reading and writing
bool is_locked(const Descriptor& file);                           // by another; takes nothing

}  // namespace quilter
