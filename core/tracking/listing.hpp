// What a list of patches or series is asked for, and where its next page begins.
//
// Promise: total. A position is text without blanks and without what a shell or terminal minds.
// Error: none; what cannot be read is nothing.
// Owns: everything by value.
// Threads: values, and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/date.hpp"

namespace quilter {

enum class SortKey : std::uint8_t { date, state, submitter, delegate, name };
std::string_view to_string(SortKey key);
std::optional<SortKey> sort_key(std::string_view text);

// An entry's place among the others: the next page begins behind it, whatever has come meanwhile.
struct ListPosition {
  SortKey sort = SortKey::date;
  std::string
      value;  // by which it is sorted: of a date seconds since 1970, of a state its position
  std::int64_t id = 0;

  bool operator==(const ListPosition&) const = default;
};
std::string to_string(const ListPosition& position);               // "date:1700000000-42"
std::optional<ListPosition> list_position(std::string_view text);  // what to_string() gives

// What is empty lets everything through. A series passes where one of its patches does.
struct ListFilter {
  std::string project;
  std::vector<std::string> states;
  bool open = false;                    // only states that ask for action
  std::optional<std::string> delegate;  // a login; "": nobody
  std::string submitter;                // a part of name or address, in any case
  std::optional<Timestamp> since;       // of the mail's date, that moment included
  std::string path;                     // a pattern, as fits() has it
  std::vector<std::string> words;       // parts of the name, in any case
  std::optional<bool> archived;
};

enum class Direction : std::uint8_t { natural, reversed };  // natural: newest first, or from a to z

struct ListPage {
  SortKey sort = SortKey::date;
  Direction direction = Direction::natural;
  std::int64_t most = 50;
  std::optional<ListPosition> after;  // of the same `sort`
};

// "2026-11-21" and "2026-11-21T23:59:59Z", UTC; "7 days", also minutes, hours, weeks, before `now`.
std::optional<Timestamp> since(std::string_view text, Timestamp now);

// For SQL's LIKE, with a backslash as its escape: of a pattern as fits() has it, and of a text that
// may be anywhere.
std::string like_pattern(std::string_view pattern);
std::string like_part(std::string_view text);

}  // namespace quilter
