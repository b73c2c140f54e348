// Child: a process of its own with a Server in it, for what one process can show only once: its
// start and its end.
//
// It is this very program, playing the hidden test of server_test.cpp. Both speak single bytes over
// a socket pair: the child says 's' (serving), 'r' (inside record() of queue id BLOCK; waits for a
// byte), 'h' (SIGHUP came through).
// Errors: std::runtime_error, also when the child says nothing for 30 s.
// Owns: the process; it is killed at the end.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "milter/options.hpp"

namespace quilter::test {

class Child {
 public:
  explicit Child(const milter::Options& options,
                 int listening_descriptor = -1);  // which it gets as fd:4
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  char heard();
  void release();
  void signal(int number) const;
  int exit_code();  // waits for its end

  static constexpr int channel_descriptor = 3;
  static constexpr int exit_in_midair = 7;

 private:
  pid_t process_ = -1;
  int channel_ = -1;
};

}  // namespace quilter::test
