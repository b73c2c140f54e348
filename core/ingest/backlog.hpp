// Backlog: messages that were answered, since they are durable in the write-ahead log, and that the
// database has in a moment: those that come together are recorded together.
//
// Promise: what take() took is recorded, or in the spool, or found in the log by the next start.
// Mails of one sender are recorded together, or one batch after the other: they would wait for each
// other's locks; and a mail waits 20 ms for others. It is never far behind: at most 64 messages
// wait, and each goes to the spool where the database has not taken it when its patience ends.
// While the database is away, or something of the log's is kept by neither database nor spool,
// nothing is taken: then who brings a message records it himself, and answers for it. Errors: none
// thrown; logged, with the queue id. Owns: the log, its threads; store and spool outlive it.
// Threads: take() is safe from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/ingest/arrival.hpp"
#include "core/spool/write_ahead.hpp"
#include "core/store/options.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct BacklogOptions {
  std::size_t write_ahead_bytes = SpoolOptions{}.write_ahead_bytes;
  int at_once = StoreOptions{}.connections;  // transactions
};

class Backlog {
 public:
  static constexpr std::size_t most_message_bytes = std::size_t{1}
                                                    << 20U;  // larger ones are not taken

  // What an earlier run left in the log goes to the spool.
  Backlog(Store& store, Spool& spool, const BacklogOptions& options);
  ~Backlog();  // records what waits
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  // True: it is durable, and on its way. False: it is the caller's still.
  bool take(std::unique_ptr<Arrival>& arrival);

  void drain();  // until all is recorded, or kept; nothing may be taken meanwhile

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::unique_ptr<Arrival> arrival;
    std::uint64_t id = 0, sender = 0;  // hashes
    WriteAhead::Ticket ticket{};
    bool is_settled = false;  // its worker's, until that is back under the guard
  };
  using Entries = std::list<Entry>;

  void begin(const Spool& spool, std::size_t bytes);
  bool takes(const Arrival& arrival) const;
  bool has_room() const;
  bool is_closed() const;
  std::optional<WriteAhead::Ticket> write_ahead(const Arrival& arrival);
  void report_failure();
  void run();
  bool may_begin() const;
  bool is_free(Entries::const_iterator entry) const;
  static bool fits(const Entries& batch, const Entry& entry);
  Clock::time_point ready_at() const;
  Clock::time_point next_look() const;
  Entries next();
  void add_of_sender(Entries::const_iterator first, Entries& batch);
  void record(Entries& entries);
  bool settle(Arrival& arrival);
  void hold(Entries& entries);
  void count(std::ptrdiff_t more);

  Store& store_;
  Spool& spool_;
  WriteAhead log_;
  std::size_t at_once_;
  std::mutex guard_;
  std::condition_variable work_, room_, drained_;
  Entries waiting_, held_;               // held: neither the database nor the spool takes them
  std::size_t coming_ = 0;               // being written to the log
  std::size_t unsettled_ = 0;            // all of these, and what is being recorded
  std::vector<const Entries*> running_;  // what is being recorded, never more than at_once_
  Clock::time_point held_up_{};          // by then, what began last should have ended
  Clock::time_point hold_until_{};
  int holds_ = 0;   // since something that was held got away
  int drains_ = 0;  // who waits until all is recorded
  bool failure_told_ = false;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace quilter
