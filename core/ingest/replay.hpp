// Replay: what waits in the spool goes to the database, as soon as that takes it.
//
// Promise: oldest first, several at once, and never before live mail (Urgency::background). A
// message that the database does not take at present is tried again, at growing intervals, and
// holds up no other; one that it refuses is set aside with the reason. While the database is away,
// only one message now and then is tried. What the tool puts back is seen in seconds. Errors: none
// thrown; logged, a message's failures at the 1st, 2nd, 4th, 8th … try. Owns: its threads. Threads:
// none of its own interface.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/ingest/ingest.hpp"
#include "core/spool/spool.hpp"

namespace quilter {

class Replay {
 public:
  Replay(Spool& spool, Ingest& ingest, int threads = 2);
  ~Replay();  // lets a message that is being recorded come to its end
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  struct Trouble {
    int tries = 0;
    Clock::time_point not_before{};
  };

  void report();
  void run();
  bool one(std::unique_lock<std::mutex>& lock);
  std::optional<Claim> next();
  void look();
  void replay(Claim claim);
  void failed(Claim claim, const Spooled& spooled, const Replayed& replayed);
  void passed(const std::string& id);

  Spool& spool_;
  Ingest& ingest_;
  std::mutex guard_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::vector<std::string> ids_;  // what the last look found and nobody took, oldest last
  std::map<std::string, Trouble> troubled_;  // by id
  int failures_ = 0;                         // since the last success, of any message
  int replayed_ = 0;                         // since the spool was empty
  Clock::time_point refreshed_{};
  std::vector<std::thread> threads_;
};

}  // namespace quilter
