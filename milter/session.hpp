// Session: one SMTP session as the milter sees it; gathers each of its mail transactions into a
// RawMessage.
//
// Promise: `bytes` grows in one buffer and is never copied; what exceeds the limits is left out,
// and the message says so. Message state lives from mail() to the next forget(), early reply or
// end_of_message(). No libmilter call is made.
// Errors: what throws (bad_alloc, a Recorder that breaks its word) is for the caller's barrier,
// which calls fail(); the transaction then ends in internal_error at the next step that has a
// reply.
// Owns: its message.
// Threads: one at a time, not always the same one (libmilter's pool).
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest/recorder.hpp"
#include "milter/admission.hpp"
#include "milter/reply.hpp"

namespace quilter::milter {

enum class LeadingSpace { kept, stripped };  // of field bodies: was SMFIP_HDR_LEADSPC granted?

struct MailTransaction {
  explicit MailTransaction(std::size_t most_bytes) : max_bytes{most_bytes} {}

  std::size_t max_bytes;
  RawMessage message;
  std::vector<std::string> list_fields;
  bool marks_cut = false;           // there were more list fields or recipients than are read
  std::size_t announced_bytes = 0;  // RFC 1870
  Admission::Ticket ticket;         // from end of headers on
};

class Session {
 public:
  // `max_message_bytes` may change; a message keeps the one that it began with.
  Session(Recorder& recorder, Admission& admission,
          const std::atomic<std::size_t>& max_message_bytes, LeadingSpace leading_space);

  // RFC 5321 §4.1.1.2, §4.1.1.3: paths with or without angle brackets.
  void mail(std::string_view reverse_path);
  void size_announced(std::string_view esmtp_argument);  // RFC 1870: "SIZE=…"; others are ignored
  void recipient(std::string_view forward_path);
  void header_field(std::string_view name, std::string_view body);
  const Reply& end_of_headers();
  void body(std::string_view chunk);
  const Reply& end_of_message();
  void forget() noexcept;

  void queue_id_is(const char* queue_id);  // may be null: not known yet
  void fail(std::string_view what) noexcept;
  void fail_out_of_memory() noexcept;

 private:
  void put(std::string_view text);

  Recorder& recorder_;
  Admission& admission_;
  const std::atomic<std::size_t>& max_message_bytes_;
  LeadingSpace leading_space_;
  std::optional<MailTransaction> transaction_;
};

}  // namespace quilter::milter
