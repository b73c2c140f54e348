// What is on the shelves, for whoever looks: headers and notes only.

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/spool/spool_folder.hpp"

namespace quilter {
namespace {

constexpr std::size_t usual_header_bytes = 4096;
constexpr std::size_t longest_header_bytes = std::size_t{1} << 20U;
constexpr std::string_view cut_short =
    "cut short while it was written: nobody was told that it is safe";

std::variant<SpooledHeader, Torn> header_in(const Descriptor& file, const std::string& path) {
  auto header = read_header(read_start(file, path, usual_header_bytes));
  if (std::holds_alternative<SpooledHeader>(header)) return header;
  return read_header(read_start(file, path, longest_header_bytes));
}

struct Opened {
  Descriptor file;  // closed where there is none, or it is no regular file
  std::uint64_t bytes = 0;
};

Opened open_regular(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open() && errno != ENOENT && errno != ELOOP) fail("open", path, errno);
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  return {std::move(file), static_cast<std::uint64_t>(facts.st_size)};
}

}  // namespace

// A strange file may have any size: no more of it is read than its front.
std::variant<Spooled, Torn> Claim::read() const {
  auto header = header_in(file_, id_);
  if (auto* torn = std::get_if<Torn>(&header)) return std::move(*torn);
  return from_file(read_all(file_, id_));
}

std::string SpoolFolder::reason_of(const SpoolEntry& entry, const std::string& of_header) const {
  if (entry.shelf == Shelf::waiting) return of_header;
  if (auto note = read_file(path_of_note(entry.shelf, entry.id))) return *note;
  return entry.shelf == Shelf::torn ? std::string{cut_short} : of_header;
}

std::optional<SpoolEntry> SpoolFolder::entry(Shelf shelf, const std::string& id) const {
  if (!is_spool_id(id)) return std::nullopt;
  const auto path = path_of(shelf) + "/" + id;
  const auto [file, bytes] = open_regular(path);
  if (!file.is_open()) return std::nullopt;
  SpoolEntry entry;
  entry.id = id;
  entry.shelf = shelf;
  entry.file_bytes = bytes;
  entry.held = is_locked(file);
  entry.arrived = arrival_of(id);
  auto header = header_in(file, path);
  if (const auto* torn = std::get_if<Torn>(&header)) {
    entry.reason = reason_of(entry, torn->why);
    return entry;
  }
  auto& spooled = std::get<SpooledHeader>(header).spooled;
  entry.arrived = spooled.arrived;
  entry.queue_id = std::move(spooled.message.queue_id);
  entry.reverse_path = std::move(spooled.message.envelope.reverse_path);
  entry.projects = std::move(spooled.projects);
  entry.truncated = spooled.message.truncated;
  entry.reason = reason_of(entry, spooled.reason);
  return entry;
}

std::optional<std::string> SpoolFolder::file(Shelf shelf, const std::string& id) const {
  if (!is_spool_id(id)) return std::nullopt;
  const auto path = path_of(shelf) + "/" + id;
  const auto opened = open_regular(path);
  if (!opened.file.is_open()) return std::nullopt;
  return read_all(opened.file, path);
}

std::vector<SpoolEntry> SpoolFolder::entries(Shelf shelf) const {
  std::vector<SpoolEntry> found;
  for (const auto& id : ids(shelf))
    if (auto one = entry(shelf, id)) found.push_back(std::move(*one));
  return found;
}

ShelfUsage SpoolFolder::usage(Shelf shelf) const {
  ShelfUsage usage;
  for (const auto& id : ids(shelf)) {
    struct stat facts {};
    if (::lstat((path_of(shelf) + "/" + id).c_str(), &facts) != 0) continue;  // taken meanwhile
    if (!usage.oldest) usage.oldest = arrival_of(id);
    ++usage.files;
    usage.bytes += static_cast<std::uint64_t>(facts.st_size);
  }
  return usage;
}

}  // namespace quilter
