// Child: a program that runs beside us, with whom we talk by pipes.
//
// Promise: it ends with the object. What it writes to standard error goes to ours.
// Errors: SourceError where it cannot be started, or does not take or give what is asked.
// Owns: the process and the pipes.
// Threads: belongs to one.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spool/files.hpp"

namespace quilter {

class Child {
 public:
  explicit Child(const std::vector<std::string>& words);  // the program is looked for in PATH
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void say(std::string_view text);
  std::optional<std::string> line();         // without its line end; nothing at the end
  std::string bytes(std::size_t count);      // so many
  std::string some_bytes(std::size_t most);  // at least one; "" at the end
  int end();                                 // closes both pipes, waits; its exit code

 private:
  bool fill();

  std::string name_;
  pid_t process_ = -1;
  Descriptor socket_;  // both ways
  std::string buffer_;
  std::size_t start_ = 0;
};

}  // namespace quilter
