// A Store that says what it is told to say, project by project, and remembers what it was asked.
//
// Threads: safe from any; the scripted answers are changed under `guard`.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/store/store.hpp"

namespace quilter::test {

class ScriptedStore final : public Store {
 public:
  RecordOutcome record(const Project& project, const Submission& submission, const RawMessage&,
                       const Patience&) override {
    const std::lock_guard lock{guard};
    recorded.push_back(project.name + " " + submission.message_id);
    asked.notify_all();
    if (has_bug) throw std::logic_error{"a bug"};
    return answers[project.name];
  }
  std::int64_t parked() override {
    const std::lock_guard lock{guard};
    count_read();
    return parked_comments;
  }
  int forget_parked(std::chrono::hours age, int) override {
    const std::lock_guard lock{guard};
    count_read();
    forgotten_after = age;
    return std::exchange(parked_comments, 0);
  }
  std::vector<Project> projects() override {
    const std::lock_guard lock{guard};
    count_read();
    return table;
  }

  void wait_for_reads(int more) {
    std::unique_lock lock{guard};
    const int target = reads + more;
    asked.wait(lock, [&] { return reads >= target; });
  }
  void wait_for_records(std::size_t count) {
    std::unique_lock lock{guard};
    asked.wait(lock, [&] { return recorded.size() >= count; });
  }

  std::vector<Project> table{{1, "net", {"net.example.org"}, {}, "", ""},
                             {2, "mm", {"mm.example.org"}, {}, "", ""}};
  std::map<std::string, RecordOutcome> answers{{"net", {.status = Status::stored, .detail = {}}},
                                               {"mm", {.status = Status::stored, .detail = {}}}};
  std::vector<std::string> recorded;
  std::mutex guard;
  std::condition_variable asked;
  int reads = 0;
  int parked_comments = 0;
  std::chrono::hours forgotten_after{0};
  bool away = false, has_bug = false;

 private:
  void count_read() {
    ++reads;
    asked.notify_all();
    if (away) throw StoreError{"away"};
  }
};

inline RecordOutcome failure(Failure kind) {
  return {.status = Status::try_later, .failure = kind, .detail = "as told"};
}

}  // namespace quilter::test
