// Mails recorded by many workers at once, spread over two processes with a PostgresStore each.
//
// Promise: all workers begin together, once both processes are ready; each takes the next mail that
// nobody has taken.
// Error: what a process says goes into `failures`.
// Threads: call it while the program has no other thread: it forks.
#pragma once

#include <string>
#include <vector>

#include "core/mail/submission.hpp"

namespace quilter::test {

struct Spread {
  int stored = 0;
  int already_stored = 0;
  int reruns = 0;
  int violations = 0;
  double lock_wait = 0;  // seconds, of all mails
  std::vector<std::string> failures;
};

Spread record_spread(const std::string& connection, const std::vector<Submission>& mails,
                     int workers);

}  // namespace quilter::test
