#include "milter/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/mail/text.hpp"

namespace quilter::milter {
namespace {

constexpr std::string_view no_queue_id = "NOQUEUE";

// Far beyond what mail software sends; they bound what a hostile message costs beside its bytes.
constexpr std::size_t max_forward_paths = 10'000;
constexpr std::size_t max_list_fields = 100;

std::string without_angle_brackets(std::string_view path) {
  if (path.size() >= 2 && path.front() == '<' && path.back() == '>')
    path = path.substr(1, path.size() - 2);
  return std::string{path};
}

bool is_list_field(std::string_view name) {
  constexpr std::array<std::string_view, 3> names{"List-Id", "X-Mailing-List", "X-List"};
  return std::any_of(names.begin(), names.end(), [name](std::string_view list_field) {
    return equal_ignoring_case(name, list_field);
  });
}

}  // namespace

Session::Session(Recorder& recorder, Admission& admission,
                 const std::atomic<std::size_t>& max_message_bytes, LeadingSpace leading_space)
    : recorder_{recorder},
      admission_{admission},
      max_message_bytes_{max_message_bytes},
      leading_space_{leading_space} {}

void Session::mail(std::string_view reverse_path) {
  transaction_.emplace(max_message_bytes_);
  transaction_->message.queue_id = no_queue_id;
  transaction_->message.envelope.reverse_path = without_angle_brackets(reverse_path);
}

void Session::size_announced(std::string_view esmtp_argument) {
  constexpr std::string_view keyword = "SIZE=";
  if (!transaction_ || !starts_ignoring_case(esmtp_argument, keyword)) return;
  const auto bytes = whole_number(esmtp_argument.substr(keyword.size()));
  if (bytes && *bytes > 0) transaction_->announced_bytes = static_cast<std::size_t>(*bytes);
}

void Session::recipient(std::string_view forward_path) {
  if (!transaction_) return;
  auto& forward_paths = transaction_->message.envelope.forward_paths;
  if (forward_paths.size() < max_forward_paths)
    forward_paths.push_back(without_angle_brackets(forward_path));
  else
    transaction_->marks_cut = true;
}

void Session::header_field(std::string_view name, std::string_view body) {
  if (!transaction_) return;
  auto& list_fields = transaction_->list_fields;
  if (is_list_field(name)) {
    if (list_fields.size() < max_list_fields)
      list_fields.emplace_back(body);
    else
      transaction_->marks_cut = true;
  }

  put(name);
  put(leading_space_ == LeadingSpace::kept ? ":" : ": ");
  // The MTA hands folds on as LF; RFC 5322 §2.2.3 has CRLF.
  while (!body.empty()) {
    const auto line = next_line(body);
    const auto text = without_line_end(line);
    put(text);
    if (text.size() != line.size()) put("\r\n");
  }
  put("\r\n");
}

const Reply& Session::end_of_headers() {
  if (!transaction_) return internal_error;
  auto ticket = admission_.admit();
  if (!ticket) {
    forget();
    return shutting_down;
  }
  auto& message = transaction_->message;
  // Where not all could be read here, the whole message is, so that the log says what came of it.
  const bool wanted =
      recorder_.wants({std::move(transaction_->list_fields), message.envelope.forward_paths});
  if (!wanted && !transaction_->marks_cut) {
    forget();
    return not_for_us;
  }
  transaction_->ticket = std::move(ticket);
  put("\r\n");
  // Room at once, where the client said how much: a buffer that doubles would be held twice while
  // it moves.
  message.bytes.reserve(
      std::min(message.bytes.size() + transaction_->announced_bytes, transaction_->max_bytes));
  return go_on;
}

void Session::body(std::string_view chunk) {
  if (transaction_) put(chunk);
}

const Reply& Session::end_of_message() {
  if (!transaction_ || !transaction_->ticket) {
    forget();
    return internal_error;
  }
  auto message = std::move(transaction_->message);
  transaction_->message.queue_id = message.queue_id;  // for fail()
  if (message.truncated) maillog::truncated(message.queue_id, transaction_->max_bytes);
  const Status status = recorder_.record(std::move(message));
  forget();
  return reply_to(status);
}

void Session::forget() noexcept {
  transaction_.reset();
}

void Session::queue_id_is(const char* queue_id) {
  if (transaction_ && queue_id != nullptr && *queue_id != '\0')
    transaction_->message.queue_id = queue_id;
}

void Session::fail(std::string_view what) noexcept {
  maillog::callback_failed(
      transaction_ ? std::string_view{transaction_->message.queue_id} : no_queue_id, what);
  forget();
}

void Session::fail_out_of_memory() noexcept {
  maillog::callback_out_of_memory(transaction_ ? std::string_view{transaction_->message.queue_id}
                                               : no_queue_id);
  forget();
}

void Session::put(std::string_view text) {
  auto& message = transaction_->message;
  const auto room = transaction_->max_bytes - message.bytes.size();
  if (text.size() > room) message.truncated = true;
  message.bytes.append(text.substr(0, room));
}

}  // namespace quilter::milter
