// Admission: how many messages are in flight, and whether more may come.
//
// Promise: a message is in flight from its end of headers until its Ticket is gone; the Recorder is
// used only by those who hold one. After drain() no ticket is given any more, so once
// wait_until_empty() says true, or when there was none, nobody uses the Recorder again.
// Error: none thrown.
// Owns: tickets refer to it; it outlives them.
// Threads: safe from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace quilter::milter {

class Admission {
  struct Leave {
    void operator()(Admission* admission) const noexcept { admission->leave(); }
  };

 public:
  using Ticket = std::unique_ptr<Admission, Leave>;

  Ticket admit();  // null once draining

  std::size_t drain();  // how many are in flight
  bool wait_until_empty(std::chrono::milliseconds patience);

 private:
  void leave() noexcept;

  std::mutex guard_;
  std::condition_variable emptied_;
  std::size_t in_flight_ = 0;
  bool draining_ = false;
};

}  // namespace quilter::milter
