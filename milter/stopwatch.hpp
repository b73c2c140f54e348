// Stopwatch: a Recorder that hands on to another one and knows how long that has been at it.
//
// Promise: see Recorder.
// Errors: as the other's, and bad_alloc.
// Owns: nothing; the other outlives it.
// Threads: safe from any number.
#pragma once

#include <chrono>
#include <mutex>
#include <set>

#include "core/ingest/recorder.hpp"

namespace quilter::milter {

class Stopwatch final : public Recorder {
 public:
  explicit Stopwatch(Recorder& recorder) : recorder_{recorder} {}

  bool wants(const ListMarks& marks) const override { return recorder_.wants(marks); }
  Status record(RawMessage message) override;

  std::chrono::milliseconds longest() const;  // of the messages being recorded; 0 without any

 private:
  using Clock = std::chrono::steady_clock;

  Recorder& recorder_;
  mutable std::mutex guard_;
  std::multiset<Clock::time_point> since_;
};

}  // namespace quilter::milter
