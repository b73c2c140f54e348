// Disk: one folder as its disk would have it after a power cut, and what is to go wrong with it.
//
// Loaded into a program that knows nothing of it (LD_PRELOAD, calls.cpp).
//
// QUILTER_FAULT_FOLDER  the folder.
// QUILTER_FAULT_ORDER   a file that says what is to happen; it may come, change and go while the
//                       program runs, and each new content starts the count again:
//                           FAULT before|after|at STEP:N [for COUNT]
//     FAULT  power-cut   the folder becomes what a power cut leaves at worst; the process dies
//            kill        the process dies, the folder stays: kill -9 at this very step
//            ENOSPC EIO EDQUOT EROFS EACCES EMFILE   calls N to N + COUNT - 1 of the step fail so
//     STEP   create, write, fsync, rename (link too), dirsync (fsync of a folder), unlink
//
// What a power cut leaves: of what was written to a file since its last fsync, half (torn), also
// where it took the place of something. Of what was done to the names in a folder since its last
// fsync, nothing: files created or renamed are not there, removed ones are there again. POSIX
// promises no more. A rename is one thing, and lasts once the folder that it leads to was synced.
// What is there at the start is taken for durable. Truncating and mkdir are not played: a spool
// does neither while it takes mail.
//
// Threads: whoever calls holds the guard. One call at a time, so that all have stopped when one
// dies.
#pragma once

#include <sys/types.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace quilter::faults {

class Disk {
 public:
  static Disk& instance();
  std::recursive_mutex& guard() { return guard_; }

  bool has(const std::string& path) const;

  // Counts a call of a step. What is to happen at it: before it, instead of it (an errno), after
  // it.
  struct Fate {
    bool dies_before = false, dies_after = false;
    int error = 0;
  };
  Fate count(std::string_view step);
  [[noreturn]] void die();

  // What has been done.
  void emptied(int file);  // or created
  void about_to_write(int file);
  void about_to_overwrite(int file, std::size_t size, off_t offset);
  void synced(int file);
  void created(const std::string& path);
  void folder_synced(const std::string& folder);

  // A second name for a file that is about to lose this one, "" where there is none; then what
  // became of it.
  std::string keep(const std::string& path);
  void renamed(const std::string& from, const std::string& path, const std::string& kept);
  void removed(const std::string& path, const std::string& kept);
  static void drop(const std::string& kept);

 private:
  struct Change {  // of a name, not durable yet
    enum class Kind { created, renamed, removed } kind;
    std::string from;  // of what was renamed
    std::string path;
    std::string kept;  // of the file that was here before
  };
  struct Overwritten {  // since the file's last fsync
    ino_t file;
    std::string path;
    off_t offset;
    std::string before;
  };
  struct Order {
    std::string text, fault, when, step;
    int first = 0, count = 1;
  };

  Disk();
  void read_order();
  void tear_files(const std::string& folder) const;
  void undo_changes() const;
  void tear_overwritten() const;
  std::string store() const { return folder_ + ".kept"; }

  std::recursive_mutex guard_;
  std::string folder_, order_file_;
  Order order_;
  int calls_ = 0;                   // of the order's step
  std::map<ino_t, off_t> durable_;  // bytes of the files that were written to
  std::vector<Change> changes_;
  std::vector<Overwritten> overwritten_;
  int kept_ = 0;
};

}  // namespace quilter::faults
