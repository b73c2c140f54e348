// Store: where submissions are kept. PostgresStore is the real one; tests have one in memory.
//
// record() is atomic and idempotent: after `stored` the submission is durable; a second call with
// the same message id in the same project answers `already_stored` and changes nothing. Submissions
// of one series may come in any order and at once; the result is the same (P2, P3).
// Errors: record() never throws for the world's failures: they are outcomes, and come before the
// patience ends. projects() throws StoreError.
// Threads: safe from any number.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/message.hpp"
#include "core/mail/project.hpp"
#include "core/mail/submission.hpp"
#include "core/store/outcome.hpp"
#include "core/store/patience.hpp"

namespace quilter {

class StoreError : public std::runtime_error {  // what() says what happened, and what mends it
 public:
  using std::runtime_error::runtime_error;
};

// Nothing can be asked of the database at present.
class Away : public StoreError {
 public:
  enum class Kind : std::uint8_t {
    unreachable,
    unfit,      // it is there, and not one that this program can use
    forbidden,  // it is there, and our role may not look at its schema
  };
  explicit Away(const std::string& why, Kind kind = Kind::unreachable)
      : StoreError{why}, kind_{kind} {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// Called once when it goes, and once when it is back; from any thread.
struct DatabaseEvents {
  std::function<void(std::string_view why)> away = [](std::string_view) {};
  std::function<void()> back = [] {};
};

// A submission on its way into a project, and what became of it.
struct Errand {
  const Project& project;
  const Submission& submission;
  const RawMessage& message;  // that it was read from
  Patience patience;
  RecordOutcome outcome;
};

class Store {
 public:
  virtual ~Store() = default;

  // `submission` must have been read from `message`, whose bytes are kept.
  virtual RecordOutcome record(const Project& project, const Submission& submission,
                               const RawMessage& message, const Patience& patience) = 0;

  // Gives each its outcome, as record() would in this order; several may share a transaction, and
  // then become durable together.
  virtual void record_all(std::span<Errand* const> errands) {
    for (auto* errand : errands)
      errand->outcome =
          record(errand->project, errand->submission, errand->message, errand->patience);
  }

  // True where record() would say so at once.
  virtual bool is_away() const { return false; }

  virtual std::vector<Project> projects() = 0;  // the tracked ones

  // Forgets at most `most` of the comments that have waited for longer than `age` for what they
  // answer, and says how many. What a mail that is being recorded holds is left. StoreError.
  virtual int forget_parked(std::chrono::hours age, int most) = 0;

  // How many comments wait so, in all projects. StoreError.
  virtual std::int64_t parked() = 0;
};

}  // namespace quilter
