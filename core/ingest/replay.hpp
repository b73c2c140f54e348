// Replay: what waits in the spool goes to the database, as soon as that takes it.
//
// Promise: oldest first, several at once, as background work (Urgency). A message that the
// database does not take at present is tried again, at growing intervals, and holds up no other;
// one that it refuses is set aside with the reason. While the database is away, one message now and
// then is tried. What the tool puts back is seen in seconds. Errors: none thrown; logged, a
// message's failures at the 1st, 2nd, 4th, 8th … try. Owns: its threads; spool, store and watch
// outlive it. Threads: none of its own interface.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/ingest/attempt.hpp"
#include "core/ingest/project_watch.hpp"
#include "core/spool/spool.hpp"

namespace quilter {

// What became of a spooled message, in each of its projects. The worst failure decides: while one
// may pass, the message waits.
struct Replayed {
  std::vector<Attempt> attempts;
  Failure failure = Failure::none;
  std::string detail;
};
// Each project has `patience`.
Replayed replay(const Spooled& spooled, const Routes& routes, Store& store,
                std::chrono::milliseconds patience);

class Replay {
 public:
  // A message may take `patience`.
  Replay(Spool& spool, Store& store, const ProjectWatch& projects,
         std::chrono::milliseconds patience, int threads = 2);
  void reconfigure(std::chrono::milliseconds patience) noexcept { patience_ = patience; }
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
  void replay_one(Claim claim);
  void failed(Claim claim, const Spooled& spooled, const Replayed& replayed);
  void passed(const std::string& id);

  Spool& spool_;
  Store& store_;
  const ProjectWatch& projects_;
  std::atomic<std::chrono::milliseconds> patience_;
  std::mutex guard_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::vector<std::string> ids_;  // what the last look found and nobody took, oldest last
  std::map<std::string, Trouble> troubled_;  // by id
  int failures_ = 0;                         // since the last success, of any message
  int replayed_ = 0;                         // since the spool was empty
  bool stumbled_ = false;                    // said, and not yet over
  Clock::time_point refreshed_{};
  std::vector<std::thread> threads_;
};

}  // namespace quilter
