// Finding: what one check of `quilter doctor` says.
//
// Threads: values, and pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter::doctor {

enum class Level : std::uint8_t {
  ok,
  warning,  // it works, and may not always
  wrong,
  skipped,  // it could not be looked at
};

struct Finding {
  Level level = Level::ok;
  std::string check;
  std::string text;
  std::string command;  // that mends it, for a shell; "" where none does

  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

// What a check says: its name is put in by whoever runs it.
inline Finding ok(std::string text) {
  return {Level::ok, {}, std::move(text), {}};
}
inline Finding warning(std::string text, std::string command) {
  return {Level::warning, {}, std::move(text), std::move(command)};
}
inline Finding wrong(std::string text, std::string command) {
  return {Level::wrong, {}, std::move(text), std::move(command)};
}
inline Finding skipped(std::string text) {
  return {Level::skipped, {}, std::move(text), {}};
}

bool has(const Findings& findings, Level level);

std::string_view to_string(Level level);  // "ok", "warning", "wrong", "skipped"

// As one word of a shell, quoted where it has to be.
std::string word(std::string_view text);

std::string joined(const std::vector<std::string>& texts, std::string_view separator = ", ");

}  // namespace quilter::doctor
