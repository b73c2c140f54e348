// RecordingRecorder: keeps what it is given; the queue id says how it shall behave ("LATER…",
// "THROW…", "ALLOC…", "HOLD…": until release()).
//
// Threads: safe from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/ingest/recorder.hpp"
#include "tests/support/catch.hpp"

namespace quilter::test {

class RecordingRecorder final : public Recorder {
 public:
  bool wants(const ListMarks& marks) const override {
    const std::lock_guard held{guard_};
    marks_ = marks;
    for (const auto& field : marks.list_fields) {
      if (field.find("throw") != std::string::npos) throw std::runtime_error{"wants() throws"};
      if (field.find("untracked") != std::string::npos) return false;
    }
    return true;
  }

  Status record(RawMessage message) override {
    if (message.queue_id.starts_with("HOLD")) released_.acquire();
    const std::lock_guard held{guard_};
    messages_.push_back(message);
    came_.notify_all();
    if (message.queue_id.starts_with("LATER")) return Status::try_later;
    if (message.queue_id.starts_with("THROW")) throw std::runtime_error{"record() throws"};
    if (message.queue_id.starts_with("ALLOC")) throw std::bad_alloc{};
    if (message.queue_id.starts_with("INT")) throw 1;
    if (message.queue_id.starts_with("AGAIN")) return Status::already_stored;
    return Status::stored;
  }

  void release() { released_.release(); }

  std::vector<RawMessage> take(std::size_t at_least = 0) {
    std::unique_lock held{guard_};
    came_.wait(held, [&] { return messages_.size() >= at_least; });
    return std::exchange(messages_, {});
  }

  ListMarks last_marks() const {
    const std::lock_guard held{guard_};
    return marks_;
  }

 private:
  std::counting_semaphore<> released_{0};
  mutable std::mutex guard_;
  std::condition_variable came_;
  mutable ListMarks marks_;
  std::vector<RawMessage> messages_;
};

inline RawMessage only(std::vector<RawMessage> messages) {
  REQUIRE(messages.size() == 1);
  return std::move(messages.front());
}

}  // namespace quilter::test
