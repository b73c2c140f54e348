// The Date field (RFC 5322 §3.3, with the obsolete zones and two-digit years of §4.3).
//
// Promise: linear time, UTC, independent of locale and time zone.
// Error: an unreadable or absurd date (in UTC before 1970 or after 9999) is nothing.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace quilter {

using Timestamp = std::chrono::sys_seconds;  // UTC

std::optional<Timestamp> parse_date(std::string_view field_body);

// "2026-11-21T23:59:59Z" (ISO 8601).
std::string iso8601(Timestamp time);

}  // namespace quilter
