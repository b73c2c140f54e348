// LogLine: one line of the log as what it is made of, so that it can be written as text or as
// fields.
//
// Promise: a value that went through one of the makers cannot forge a line or move a terminal:
// control characters become '?', long texts are cut.
// Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

enum class LogLevel : std::uint8_t { info, warning, error, critical };

struct LogField {
  // What the text has: key=value, key="value", key=<value>, value, (value).
  enum class Form : std::uint8_t { plain, quoted, angled, bare, bracketed };

  std::string_view key;
  std::string value;
  Form form = Form::plain;
};

struct LogLine {
  LogLevel level = LogLevel::info;
  std::string queue_id;    // "" for what is about no message
  std::string_view event;  // "" for what became of a message
  std::vector<LogField> fields;
};

LogField text_field(std::string_view key, std::string_view text);
LogField number_field(std::string_view key, std::int64_t number);
LogField milliseconds_field(std::string_view key, double milliseconds);
LogField reason_field(std::string_view why, LogField::Form form = LogField::Form::quoted);

// "4F3A1: message-id=<a@b>, status=stored (why)", "spool-torn id=1 reason="why"".
std::string text_of(const LogLine& line);

}  // namespace quilter
