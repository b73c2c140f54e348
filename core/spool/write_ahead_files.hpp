// The write-ahead log's form on disk: records one after the other, and how far each half is done.
//
// Promise: read_half() gives what was put and is not done, whatever stands in the file; what is
// damaged is told. Records of a half carry its generation, so that what is left of an earlier one
// behind them is not taken for them.
// Errors: SpoolError of the disk's.
// Threads: pure functions of the files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/spool/files.hpp"
#include "core/spool/write_ahead.hpp"

namespace quilter::ahead {

inline constexpr std::size_t prefix_bytes = 24;

std::string path_of_half(const std::string& folder, std::size_t half);

// A record without its generation, which is stamped when its place is known.
std::string record_of(std::string_view header, std::string_view bytes);
void stamp(std::string& record, std::uint64_t generation);

// Of one half: all before `offset` is done.
struct Mark {
  std::uint64_t generation = 0, offset = 0;
};
void write_mark(const Descriptor& marks, std::size_t half, const Mark& mark) noexcept;

Descriptor open_marks(const std::string& folder);
Descriptor make_half(const std::string& folder, std::size_t half, std::size_t bytes);
void read_half(const std::string& folder, std::size_t half, WriteAhead::Left& left);

}  // namespace quilter::ahead
