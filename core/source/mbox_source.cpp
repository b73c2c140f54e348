#include "core/source/mbox_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "core/digest/digest.hpp"
#include "core/mail/mbox.hpp"

namespace quilter {
namespace {

constexpr std::uint64_t digested_bytes = 4096;  // at the start, and before the mark

std::string piece(int file, std::uint64_t from, std::uint64_t to) {
  std::string bytes(to - from, '\0');
  const auto got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(from));
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return bytes;
}

// RFC 1952 §2.3.1: ID1, ID2.
bool is_gzip(std::string_view start) {
  return start.starts_with("\x1f\x8b");
}

}  // namespace

MboxSource::MboxSource(Descriptor file, const std::string& name, std::size_t max_message_bytes)
    : lines_{std::move(file), name}, max_message_bytes_{max_message_bytes} {
  struct stat facts {};
  if (::fstat(lines_.file().number(), &facts) == 0 && S_ISREG(facts.st_mode))
    size_ = static_cast<std::uint64_t>(facts.st_size);
  lines_.peek();
  if (is_gzip(lines_.buffered()))
    throw SourceError{name + " is compressed: zcat " + name + " | quilter import -"};
}

void MboxSource::append(std::string_view line, RawMessage& message) const {
  const auto room = max_message_bytes_ - message.bytes.size();
  message.truncated = message.truncated || line.size() > room;
  message.bytes += line.substr(0, room);
}

std::optional<SourceMessage> MboxSource::next() {
  SourceMessage found;
  found.place = "byte " + std::to_string(lines_.position());
  bool any = false;
  for (auto line = lines_.peek(); !line.empty(); line = lines_.peek()) {
    const bool begins = lines_.at_line_start() && begins_mbox_entry(line);
    if (begins && any) break;
    if (!begins) append(lines_.at_line_start() ? line_of_mbox(line) : line, found.message);
    any = true;
    lines_.take();
  }
  if (!any) return std::nullopt;
  if (!found.message.truncated) end_mbox_entry(found.message.bytes);
  found.next = lines_.position();
  return found;
}

std::string MboxSource::digest_before(std::uint64_t position) const {
  const auto file = lines_.file().number();
  const auto length = std::min(position, digested_bytes);
  return sha256_hex({piece(file, 0, length), piece(file, position - length, position)});
}

std::string MboxSource::mark(std::uint64_t position) {
  return size_ == 0 ? "" : std::to_string(position) + " " + digest_before(position);
}

bool MboxSource::resume(const std::string& mark) {
  std::uint64_t position = 0;
  const auto* end = mark.data() + mark.size();
  const auto [rest, error] = std::from_chars(mark.data(), end, position);
  if (error != std::errc{} || position > size_ || rest == end) return false;
  if (std::string{rest + 1, end} != digest_before(position)) return false;
  lines_.seek(position);
  return true;
}

}  // namespace quilter
