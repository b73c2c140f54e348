#include "core/source/line_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/source/source.hpp"

namespace quilter {

namespace {
constexpr std::size_t block_bytes = std::size_t{256} << 10U;
}

std::string_view LineReader::peek() {
  while (length_ == 0) {
    const auto rest = buffered();
    const auto end = rest.find('\n');
    if (end != std::string_view::npos)
      length_ = end + 1;
    else if (rest.size() >= longest_line_bytes)
      length_ = longest_line_bytes;
    else if (!fill() && (length_ = buffered().size()) == 0)
      return {};
  }
  return std::string_view{buffer_}.substr(start_, length_);
}

void LineReader::take() {
  const auto taken = peek();
  at_line_start_ = taken.ends_with('\n');
  position_ += taken.size();
  start_ += taken.size();
  length_ = 0;
}

bool LineReader::fill() {
  buffer_.erase(0, std::exchange(start_, 0));
  const auto before = buffer_.size();
  buffer_.resize(before + block_bytes);
  ssize_t got = 0;
  do {
    got = ::read(file_.number(), buffer_.data() + before, block_bytes);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0)
    throw SourceError{"cannot read " + name_ + ": " + std::generic_category().message(errno)};
  return got > 0;
}

void LineReader::seek(std::uint64_t position) {
  if (::lseek(file_.number(), static_cast<off_t>(position), SEEK_SET) < 0)
    throw SourceError{"cannot read " + name_ + ": " + std::generic_category().message(errno)};
  buffer_.clear();
  start_ = length_ = 0;
  position_ = position;
  at_line_start_ = true;
}

}  // namespace quilter
