// What `quilter import` is made of: how far it came, for the next run, and what it says meanwhile.
//
// Promise: the state file is, at any moment, of some moment of the import, and never ahead of it.
// Errors: Refused where the file is no state file, SpoolError where it cannot be written.
// Threads: belong to one.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.hpp"
#include "core/ingest/importer.hpp"

namespace quilter::cli {

Json json_of(const NotRecorded& one);
Json json_of(const ImportCounts& counts);
std::string text_of(const ImportCounts& counts);

class ImportState {
 public:
  // `file` "": nothing is remembered. `scope` says what the marks hold for: the database and what
  // it tracks. A file of another scope says nothing, and is written over.
  ImportState(std::string file, std::string scope);

  bool is_kept() const { return !file_.empty(); }
  bool was_of_another_scope() const { return was_of_another_scope_; }
  std::string mark(const std::string& source) const;                              // "" at the start
  const std::vector<NotRecorded>& not_recorded() const { return not_recorded_; }  // by earlier runs

  void save(const std::string& source, const std::string& mark,
            const std::vector<NotRecorded>& not_recorded);

 private:
  void read();

  std::string file_, scope_;
  bool was_of_another_scope_ = false;
  std::map<std::string, std::string> marks_;
  std::vector<NotRecorded> not_recorded_;
};

// On a terminal one line that is written over, else a line every few seconds.
class Progress {
 public:
  enum class Voice : std::uint8_t { quiet, lines, terminal };

  explicit Progress(Voice voice) : voice_{voice} {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(std::string source, std::uint64_t from, std::uint64_t size);
  void show(std::uint64_t position, std::uint64_t messages);
  void clear();  // before something else is written

 private:
  using Clock = std::chrono::steady_clock;

  std::string text(std::uint64_t position, std::uint64_t messages) const;

  Voice voice_;
  std::string source_;
  std::uint64_t from_ = 0, size_ = 0, messages_before_ = 0, messages_shown_ = 0;
  Clock::time_point begun_{}, shown_{};
  bool is_shown_ = false;
};

}  // namespace quilter::cli
