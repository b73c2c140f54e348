#include "core/mail/mbox.hpp"

#include "core/mail/text.hpp"

namespace quilter {

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

}  // namespace quilter
