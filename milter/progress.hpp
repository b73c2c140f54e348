// Progress: says to the MTA that a message at its end is still being worked on, so that the time it
// gives the reply starts again.
//
// Promise: while a During lives, its MTA hears of it once an interval, `most` times at most; once
// it is gone, never again: then the reply may be written and the context freed. Quick messages cost
// an entry in a list: the thread is woken once an interval at most, and by nobody while none is
// there.
// Errors: std::system_error from the constructor, bad_alloc from During's.
// Owns: the thread that says so; every During ends before it.
// Threads: During from any.
#pragma once

#include <libmilter/mfapi.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace quilter::milter {

class Progress {
 public:
  // Sendmail waits R = 10 s for each word and E = 5 min for the reply; Postfix 300 s for each.
  struct Pace {
    std::chrono::milliseconds interval{4'000};
    int most = 60;
  };

  explicit Progress(Pace pace, std::function<int(SMFICTX*)> tell = smfi_progress);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  class During {
   public:
    During(Progress& progress, SMFICTX* context);
    ~During();
    During(const During&) = delete;
    During& operator=(const During&) = delete;

   private:
    friend class Progress;
    Progress& progress_;
    SMFICTX* context_;
    int left_;
    std::chrono::steady_clock::time_point due_;
  };

 private:
  void run();
  void tell_first(std::unique_lock<std::mutex>& held);

  Pace pace_;
  std::function<int(SMFICTX*)> tell_;
  std::mutex guard_;
  std::condition_variable wake_up_, told_;
  std::list<During*> waiting_;       // the first is due first
  const During* telling_ = nullptr;  // the one whose socket is written to, without the guard
  bool idle_ = false;                // the thread sleeps until it is woken
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace quilter::milter
