// Any bytes are a spooled message or torn; what is written of them is read back.
#include <cstdint>
#include <utility>

#include "core/spool/spooled.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using quilter::Spooled;

// The pieces between NUL bytes are its values.
Spooled message_of(std::string_view bytes) {
  const auto piece = [&bytes] {
    const auto end = bytes.find('\0');
    const std::string text{bytes.substr(0, end)};
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    return text;
  };
  Spooled spooled;
  spooled.message.queue_id = piece();
  spooled.message.envelope.reverse_path = piece();
  spooled.reason = piece();
  spooled.message.truncated = bytes.size() % 2 == 0;
  spooled.arrived = quilter::Timestamp{std::chrono::seconds{bytes.size()}};
  for (auto projects = bytes.size() % 4; projects > 0; --projects)
    spooled.projects.push_back(piece());
  spooled.message.bytes = bytes;
  return spooled;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file{reinterpret_cast<const char*>(data), size};
  const auto header = quilter::read_header(file);
  if (const auto* read = std::get_if<quilter::SpooledHeader>(&header))
    require(read->length <= file.size() && read->sha256.size() == 64);
  const auto whole = quilter::from_file(file);
  if (const auto* read = std::get_if<Spooled>(&whole))
    require(quilter::header_of(*read) + read->message.bytes == file);
  else
    require(!std::get<quilter::Torn>(whole).why.empty());

  const auto message = message_of(file);
  const auto again = quilter::from_file(quilter::header_of(message) + message.message.bytes);
  require(std::holds_alternative<Spooled>(again) && std::get<Spooled>(again) == message);
  return 0;
}
