// Attempt: to record a message in one project, and what became of it.
//
// Promise: attempt_in() ends before the patience does. A bug that one mail meets is a failure of
// that mail (Failure::refused), so that its client need not send it for days. begin() does what
// needs no store.
// Errors: none thrown.
// Owns: everything by value.
// Threads: safe from any.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/classify.hpp"
#include "core/mail/message.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct Attempt {
  std::string project, message_id;
  std::string_view kind = "-";
  std::size_t ancestors_dropped = 0;
  RecordOutcome outcome{};
  std::chrono::microseconds delay{0};
  std::string spool_id{};  // where the message is, or was, on disk
};

// Without a submission the attempt is over, and its outcome tells why.
struct Begun {
  const Project& project;
  const RawMessage& message;
  Attempt attempt;
  std::optional<Submission> submission{};
};
Begun begin(const Project& project, Mail mail, const RawMessage& message);

// Gives it its outcome, where it has a submission.
void record(Begun& begun, Store& store, const Patience& patience);

// Gives each that has a submission its outcome; several may share a transaction.
void record_together(std::span<Begun* const> all, Store& store, const Patience& patience);

// Takes the mail, since its text is held once only where it is given away.
Attempt attempt_in(const Project& project, Mail mail, const RawMessage& message, Store& store,
                   const Patience& patience);

// In each of them; the last one is given the mail itself.
std::vector<Attempt> attempts_in(const std::vector<const Project*>& projects, Mail mail,
                                 const RawMessage& message, Store& store, const Patience& patience);

void log(const RawMessage& message, const Attempt& attempt);

// What classify() needs to know of a project's list.
ListProfile profile(const Project& project);

}  // namespace quilter
