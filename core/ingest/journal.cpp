#include "core/ingest/journal.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/ingest/metrics.hpp"

namespace quilter {
namespace {

// The form that takes any bytes: the name, a line end, 64 bits of length, little endian, the value.
void add(std::string& entry, std::string_view name, std::string_view value) {
  entry.append(name).append("\n");
  for (unsigned shift = 0; shift < 64; shift += 8)
    entry += static_cast<char>((std::uint64_t{value.size()} >> shift) & 0xFFU);
  entry.append(value).append("\n");
}

// "lock_wait_ms" is QUILTER_LOCK_WAIT_MS.
std::string name_of(std::string_view key) {
  std::string name = "QUILTER_";
  for (const char c : key)
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  return name;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

}  // namespace

bool standard_error_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): at start
  struct stat file {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &file) == 0 &&
         stream == std::to_string(file.st_dev) + ':' + std::to_string(file.st_ino);
}

int priority(LogLevel level) {
  constexpr std::array<int, 4> numbers{6, 4, 3, 2};
  return numbers.at(static_cast<std::size_t>(level));
}

std::string journal_entry(const LogLine& line) {
  std::string entry;
  add(entry, "MESSAGE", text_of(line));
  add(entry, "PRIORITY", std::to_string(priority(line.level)));
  add(entry, "SYSLOG_IDENTIFIER", "quilterd");
  if (!line.queue_id.empty()) add(entry, "QUILTER_QUEUE_ID", line.queue_id);
  if (!line.event.empty()) add(entry, "QUILTER_EVENT", line.event);
  for (const auto& field : line.fields) add(entry, name_of(field.key), field.value);
  return entry;
}

Journal::Journal(std::string socket, std::chrono::milliseconds patience)
    : path_{std::move(socket)}, socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  const auto microseconds = std::chrono::microseconds{patience}.count();
  const timeval most{microseconds / 1'000'000, microseconds % 1'000'000};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

Journal::~Journal() {
  ::close(socket_);
}

bool Journal::write(const LogLine& line) {
  const auto sent = send(line);
  if (sent == Sent::lost) ++lost_;
  if (sent != Sent::taken) return sent == Sent::lost;
  const int lost = lost_.exchange(0);
  if (lost == 0) return true;
  metrics::event("log-lines-lost");
  const LogLine told{LogLevel::warning, "", "log-lines-lost", {number_field("count", lost)}};
  if (send(told) != Sent::taken) lost_ += lost;
  return true;
}

// By name each time: another journald may have the socket by now.
Journal::Sent Journal::send(const LogLine& line) {
  const auto entry = journal_entry(line);
  const auto address = address_of(path_);
  const int flags = MSG_NOSIGNAL | (hangs_ ? MSG_DONTWAIT : 0);
  ssize_t sent = 0;
  do
    sent = ::sendto(socket_, entry.data(), entry.size(), flags,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address);
  while (sent < 0 && errno == EINTR);
  const bool hangs = sent < 0 && errno == EAGAIN;
  hangs_ = hangs;
  if (hangs) return Sent::lost;
  return sent < 0 ? Sent::refused : Sent::taken;
}

}  // namespace quilter
