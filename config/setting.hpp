// Setting: one key of the file, tied to the field of an Options struct that it sets.
//
// Promise: `read` sets the field, or says false and leaves it alone; `show` gives the field as the
// file would write it (what `read` takes), except that passwords are masked. `field` compares and
// copies it, passwords and all.
// Owns: nothing; the field must outlive the setting.
// Threads: as the field.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/toml_reader.hpp"

namespace quilter::config {

// A field of any type, to be compared with and copied to one of the same type in another struct.
struct Field {
  void* place;
  bool (*equal)(const void* left, const void* right);
  void (*copy)(void* to, const void* from);
};

template <typename Type>
Field field_at(Type& place) {
  return {&place,
          [](const void* left, const void* right) {
            return *static_cast<const Type*>(left) == *static_cast<const Type*>(right);
          },
          [](void* to, const void* from) {
            *static_cast<Type*>(to) = *static_cast<const Type*>(from);
          }};
}

// When a change counts: at a reload, for what begins from then on, or at the next start.
enum class Counts { at_start, at_reload };

struct Setting {
  std::string table, key;
  std::string want;  // "a whole number from 1 to 1000"
  std::function<bool(const Value&)> read;
  std::function<std::string()> show;
  Field field;
  Counts counts = Counts::at_start;

  std::string name() const { return table + '.' + key; }
};

// A setting that is counted at a reload.
inline Setting live(Setting setting) {
  setting.counts = Counts::at_reload;
  return setting;
}

// What a key is called: {"database", "connections"}.
struct Name {
  std::string table, key;
};

using milliseconds = std::chrono::milliseconds;

// "250ms", "5s", "20min", "2h"; nothing for anything else, and where it would not fit.
std::optional<milliseconds> duration_from(std::string_view text);
std::string duration_text(milliseconds value);  // in the largest unit that keeps it whole

// The makers. Limits are both included.
Setting text(Name name, std::string& field);
Setting choice(Name name, std::string& field, std::vector<std::string> choices);
Setting socket(Name name,
               std::string& field);  // "unix:/path", "inet:port@host", "inet6:port@host", "fd:3"
Setting connection(Name name, std::string& field);  // a libpq connection string or URI
Setting mode(Name name, unsigned& field);           // file permissions in octal
Setting whole_number(Name name, int& field, int least, int most);
Setting size(Name name, std::size_t& field, std::size_t least, std::size_t most);

// The one behind duration(): a field that counts in `unit`.
struct DurationField {
  Field field;
  milliseconds unit;
  std::function<void(milliseconds)> set;
  std::function<milliseconds()> get;
};
Setting duration_setting(Name name, const DurationField& field, milliseconds least,
                         milliseconds most);

template <typename Duration>
Setting duration(Name name, Duration& field, milliseconds least, milliseconds most) {
  return duration_setting(
      std::move(name),
      {field_at(field), milliseconds{Duration{1}},
       [&](milliseconds value) { field = std::chrono::duration_cast<Duration>(value); },
       [&] { return milliseconds{field}; }},
      least, most);
}

}  // namespace quilter::config
