// read_toml: a TOML file as a flat list of entries; toml++ stays inside.
//
// Promise: every table and every key of the file, in the file's order, each with its line.
// Errors: ConfigError when the file cannot be read or is not TOML (then with the line where it
// stops being so).
// Owns: everything by value.
// Threads: a pure function of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quilter::config {

// What no key of ours can be: "an array", "a date or time", text with a NUL …
struct Unfit {
  std::string what;

  bool operator==(const Unfit&) const = default;
};

using Value = std::variant<std::string, std::int64_t, bool, Unfit>;

struct Entry {
  std::string table;               // "" above the first [table]
  std::optional<std::string> key;  // none: the table itself
  std::size_t line = 0;            // from 1
  Value value;

  bool operator==(const Entry&) const = default;
};

std::vector<Entry> read_toml(const std::string& path);

// For messages: "many" in quotes, 5, true, an array. Never longer than a line.
std::string shown(const Value& value);

}  // namespace quilter::config
