// ConfigError: all that is wrong with one configuration file, so that it is mended in one go.
//
// Each line is "file:line: key: want …, got …"; a file that cannot be read at all has no line
// number.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace quilter {

class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<std::string> lines)
      : std::runtime_error{joined(lines)}, lines_{std::move(lines)} {}

  const std::vector<std::string>& lines() const noexcept { return lines_; }  // in the file's order

 private:
  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
    return text;
  }

  std::vector<std::string> lines_;
};

}  // namespace quilter
