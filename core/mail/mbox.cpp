#include "core/mail/mbox.hpp"

#include "core/mail/text.hpp"

namespace quilter {
namespace {

bool is_escaped_from(std::string_view line) {
  const auto text = line.find_first_not_of('>');
  return text != 0 && text != std::string_view::npos && line.substr(text).starts_with("From ");
}

}  // namespace

// "From whoever Mon Sep 17 00:00:00 2001", with anything behind the year.
bool begins_mbox_entry(std::string_view line) {
  if (!line.starts_with("From ")) return false;
  const auto colon = line.rfind(':');
  if (colon == std::string_view::npos || colon < 5 || line.size() < colon + 8) return false;
  const auto digit = [&](std::size_t at) { return is_digit(line[at]); };
  if (!digit(colon - 2) || !digit(colon - 1) || line[colon - 3] != ':') return false;
  if (!digit(colon + 1) || !digit(colon + 2) || line[colon + 3] != ' ') return false;
  return digit(colon + 4) && digit(colon + 5) && digit(colon + 6) && digit(colon + 7);
}

std::string_view line_of_mbox(std::string_view line) {
  return is_escaped_from(line) ? line.substr(1) : line;
}

void end_mbox_entry(std::string& message) {
  if (message.ends_with("\r\n\r\n"))
    message.resize(message.size() - 2);
  else if (message.ends_with("\n\n"))
    message.pop_back();
}

std::string mbox_entry(std::string_view message_bytes) {
  std::string entry =
      "From quilter Mon Sep 17 00:00:00 2001\n";  // the date that git format-patch writes
  entry.reserve(entry.size() + message_bytes.size() + 2);
  while (!message_bytes.empty()) {
    const auto line = without_line_end(next_line(message_bytes));
    if (line.starts_with("From ")) entry += '>';
    entry += line;
    entry += '\n';
  }
  return entry + "\n";
}

std::string_view without_from_line(std::string_view file) {
  if (file.starts_with("From ")) next_line(file);
  return file;
}

std::vector<std::string> messages_of_mbox(std::string_view file) {
  std::vector<std::string> messages;
  while (!file.empty()) {
    const auto line = next_line(file);
    const bool starts = begins_mbox_entry(line);
    if (starts || messages.empty()) {
      if (!messages.empty()) end_mbox_entry(messages.back());
      messages.emplace_back();
    }
    if (!starts) messages.back() += line_of_mbox(line);
  }
  if (!messages.empty()) end_mbox_entry(messages.back());
  return messages;
}

}  // namespace quilter
