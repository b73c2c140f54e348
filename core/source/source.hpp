// Source: where mail was kept before: an mbox, a maildir, a public-inbox repository.
//
// Promise: next() gives the messages in the source's order, each once, and keeps one in memory
// (the excess of a longer one than max_message_bytes is left out) beside the names in a maildir or
// repository. Nothing is written. A position says how far it was read; mark() puts it into
// a text with which resume() goes on there in another process, however large it is.
// Errors: SourceError, whose what() says what to do.
// Owns: descriptors, child processes.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/mail/message.hpp"

namespace quilter {

class SourceError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SourceMessage {
  RawMessage message;
  std::string place;       // within the source, for people: "byte 1234", a file, a commit
  std::uint64_t next = 0;  // the position behind it
};

class Source {
 public:
  Source() = default;
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Nothing at the end.
  virtual std::optional<SourceMessage> next() = 0;

  virtual std::uint64_t position() const = 0;  // behind what next() gave
  virtual std::uint64_t size() = 0;            // the position of the end; 0 where it is not known

  // "" where it cannot be read from the middle. `position` never goes back.
  virtual std::string mark(std::uint64_t position) = 0;

  // Before the first next(). False, and at the start still, where what lies before the mark is no
  // longer what it was.
  virtual bool resume(const std::string& mark) = 0;
};

// The sources at a path: one, but for a public-inbox in epochs (PATH/git/0.git, 1.git …). "-" is
// standard input, an mbox.
std::vector<std::string> sources_at(const std::string& path);

std::unique_ptr<Source> open_source(const std::string& path, std::size_t max_message_bytes);

}  // namespace quilter
