#include <iostream>

#include "cli/output.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {

std::string terminal_text(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    auto line = without_line_end(next_line(text));
    for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
      shown += printable(line.substr(0, tab), tab) + '\t';
      line.remove_prefix(tab + 1);
    }
    shown += printable(line, line.size()) + '\n';
  }
  return shown;
}

std::string person(const Mailbox& mailbox) {
  return mailbox.name.empty() ? mailbox.address : mailbox.name + " <" + mailbox.address + ">";
}

std::string when(const std::optional<Timestamp>& date) {
  if (!date) return "-";
  auto text = iso8601(*date).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "-" : text;
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
Json date(const std::optional<Timestamp>& date) {
  return date ? Json(iso8601(*date)) : Json(nullptr);
}
Json mailbox(const Mailbox& mailbox) {
  return {{"name", mailbox.name}, {"email", mailbox.address}};
}

std::string json_text(const Json& value, int indent) {
  constexpr bool ensure_ascii = true;
  return value.dump(indent, ' ', ensure_ascii, Json::error_handler_t::replace);
}

void print(const Json& value) {
  std::cout << json_text(value, 2) << '\n';
}

int complain(std::string_view what, int code) {
  std::cerr << "quilter: " << terminal_text(what);
  return code;
}

int complain_of_series(std::int64_t id) {
  return complain("there is no series " + std::to_string(id) + ": see quilter series list");
}

int complain_of_patch(const std::string& message_id) {
  return complain("there is no patch or cover letter with the message id " + message_id +
                  ": see quilter patch list");
}

}  // namespace quilter::cli
