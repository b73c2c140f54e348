// Tramplers: many who change the same patches at once, at random, and keep what they were answered.
//
// Promise: the same seed gives each the same wishes, but for what they learn from the answers.
// Errors: what a Tracker throws ends the program.
// Threads: run() begins its own, and has ended them when it returns.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/store/tracker.hpp"

namespace quilter::test {

struct Size {
  int writers = 6, changes = 80;  // a writer
  unsigned seed = 1;
  int requests() const { return writers * changes; }
};
Size size_of_run();  // QUILTER_TRAMPLE="WRITERS CHANGES [SEED]", otherwise a cut

struct Targets {  // where it happens
  std::vector<PatchId> patches;
  std::vector<MessageId> message_ids;  // of these, in their order
  std::vector<SeriesId> series;
};

struct Answer {
  Request request;
  std::vector<Outcome> outcomes;
};

struct Journal {
  std::vector<Answer> answers;
  int checks = 0, notes = 0;  // that were added
};

// `progress` counts the requests that were answered; whoever waits for it is woken.
Journal trample(Tracker& tracker, const Targets& targets, const Size& size,
                std::atomic<int>& progress);

}  // namespace quilter::test
