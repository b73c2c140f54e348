// RecordingRecorder: keeps what it is given; the queue id says how it shall behave ("LATER…",
// "THROW…", "ALLOC…").
//
// Threads: safe from any.
#pragma once

#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/ingest/recorder.hpp"

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

  Status record(const RawMessage& message) override {
    const std::lock_guard held{guard_};
    messages_.push_back(message);
    if (message.queue_id.starts_with("LATER")) return Status::try_later;
    if (message.queue_id.starts_with("THROW")) throw std::runtime_error{"record() throws"};
    if (message.queue_id.starts_with("ALLOC")) throw std::bad_alloc{};
    if (message.queue_id.starts_with("INT")) throw 1;
    if (message.queue_id.starts_with("AGAIN")) return Status::already_stored;
    return Status::stored;
  }

  std::vector<RawMessage> take() {
    const std::lock_guard held{guard_};
    return std::exchange(messages_, {});
  }

  ListMarks last_marks() const {
    const std::lock_guard held{guard_};
    return marks_;
  }

 private:
  mutable std::mutex guard_;
  mutable ListMarks marks_;
  std::vector<RawMessage> messages_;
};

}  // namespace quilter::test
