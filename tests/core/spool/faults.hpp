// The system calls by which the spool changes the disk, so that a test can see them in order, make
// one fail, or end the process at it. faults.cpp takes their place in the test program.
//
// Threads: for tests with one thread; without a fault set the calls go through from any.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace quilter::test {

enum class Fault { none, dies, fails };

// From now on; the `at`-th call (1 is the next) dies or fails with `error`.
void watch_calls(Fault fault = Fault::none, int at = 0, int error = 0);
std::vector<std::string> watched_calls();  // "write", "fsync file", "fsync folder", … ; ends it

// In a child process: whether it came to its end (else it died of its fault).
enum class End { reached, died };
End in_child(const std::function<void()>& act);

}  // namespace quilter::test
