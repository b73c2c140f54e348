// LineReader: the lines of a file or pipe, without the whole of it in memory.
//
// Promise: memory is bounded by longest_line_bytes; a longer line comes in several pieces.
// Errors: SourceError where reading fails.
// Owns: the descriptor.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/spool/files.hpp"

namespace quilter {

constexpr std::size_t longest_line_bytes = std::size_t{64} << 10U;

class LineReader {
 public:
  LineReader(Descriptor file, std::string name) : file_{std::move(file)}, name_{std::move(name)} {}

  // The next line with its line end, or a piece of it; "" at the end. Valid until take().
  std::string_view peek();
  void take();  // what peek() gave

  bool at_line_start() const { return at_line_start_; }  // of what peek() gives
  std::uint64_t position() const { return position_; }   // of what peek() gives
  std::string_view buffered() const { return std::string_view{buffer_}.substr(start_); }
  bool fill();  // false at the end
  void seek(std::uint64_t position);
  const Descriptor& file() const { return file_; }

 private:
  Descriptor file_;
  std::string name_, buffer_;
  std::size_t start_ = 0, length_ = 0;  // of what peek() gave, in the buffer
  std::uint64_t position_ = 0;
  bool at_line_start_ = true;
};

}  // namespace quilter
