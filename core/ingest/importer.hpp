// Importer: the messages of a source go to the database, each as the daemon would record it.
//
// Promise: messages are recorded as background work, those that are neighbours in their source in
// one transaction. What the database does not take is tried again, at growing pauses, until
// `give_up_after` has passed; then the import is given up. settled() never counts a message that is
// not committed (or ignored, or refused and in the counts as such) with all before it. Memory:
// `most_waiting_bytes` of messages, and so many of which one waits for an earlier one as
// `most_ahead`. Mails that would wait for each other's locks are in one transaction, or are not
// begun at once.
// Errors: none thrown; counts() and gave_up() tell.
// Owns: its threads; store and routes outlive it.
// Threads: safe from any; offer() by one at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "core/ingest/attempt.hpp"
#include "core/ingest/routes.hpp"
#include "core/source/source.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct ImportOptions {
  int jobs = 4;
  std::optional<Project> project;  // for which all messages are; else by their list fields
  std::chrono::milliseconds patience{120'000};  // for one try
  std::chrono::milliseconds give_up_after{3'600'000};
};

struct NotRecorded {
  std::string place, message_id, project, why;
};

struct ImportCounts {
  std::uint64_t messages = 0, bytes = 0;         // settled ones
  std::uint64_t recorded = 0, already = 0;       // these and the following once a project
  std::map<std::string, std::uint64_t> ignored;  // by reason; "no-project" once a message
  std::vector<NotRecorded> not_recorded;
};

class Importer {
 public:
  Importer(Store& store, const Routes& routes, ImportOptions options);
  ~Importer();  // what is being recorded comes to its end, what waits is left
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  // Takes the message, or leaves it where there was no room for it within `wait`.
  bool offer(SourceMessage& message, std::chrono::milliseconds wait);

  // True once all that was offered is settled, or the import was given up.
  bool rest(std::chrono::milliseconds wait);

  // The position behind the last message that is settled with all before it; nothing before the
  // first. Positions must grow: rest() before another source's messages, then begin_source().
  std::optional<std::uint64_t> settled() const;
  void begin_source();

  ImportCounts counts() const;
  std::uint64_t settled_messages() const;
  std::optional<std::string> gave_up() const;  // why

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    std::uint64_t number = 0;
    SourceMessage source;
    Mail mail{};
    std::vector<std::uint64_t> kin{};  // hashes of its sender, its message id and its ancestors
  };
  using Batch = std::vector<Job>;
  struct Task;  // a job in one project

  void run();
  void take_turns();
  Batch next(std::unique_lock<std::mutex>& lock);
  void read_some(std::unique_lock<std::mutex>& lock);
  Batch take_free();
  bool is_free(const Job& job) const;
  void record(const Batch& batch);
  std::vector<Task> tasks_of(const Batch& batch) const;
  bool insist(std::span<Task> tasks);
  static void begin_again(std::span<Task> tasks);
  bool pause(int failures);
  void give_up(std::string why);
  void count(const Job& job, std::span<const Task> tasks);
  void settle(const Job& job);
  bool has_room(std::size_t bytes) const;
  bool is_at_rest() const;

  Store& store_;
  const Routes& routes_;
  ImportOptions options_;
  mutable std::mutex guard_;
  std::condition_variable offered_, changed_, stopping_;
  std::deque<Job> waiting_, held_back_;          // unread; read, and not begun
  std::unordered_multiset<std::uint64_t> busy_;  // the kin of those that are being recorded
  std::size_t waiting_bytes_ = 0;
  std::uint64_t next_number_ = 0, first_unsettled_ = 0;
  std::map<std::uint64_t, std::uint64_t> ahead_;  // settled, number and position
  std::optional<std::uint64_t> settled_;
  ImportCounts counts_;
  std::optional<std::string> gave_up_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace quilter
