#include "core/spool/write_ahead_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include "core/digest/digest.hpp"

namespace quilter::ahead {
namespace {

constexpr std::string_view magic = "QUILTER1";
constexpr std::size_t generation_at = magic.size();
constexpr std::size_t size_at = generation_at + sizeof(std::uint64_t);

void put_number(std::string& to, std::size_t at, std::uint64_t number) {
  std::memcpy(to.data() + at, &number, sizeof number);  // this host's order: the log stays here
}

std::uint64_t number_at(std::string_view from, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, from.data() + at, sizeof number);
  return number;
}

// As it is on disk. A torn one must not pass for one: it would hide what is not done.
struct SealedMark {
  Mark mark;
  std::uint64_t seal = 0;
};

std::uint64_t seal_of(const Mark& mark) {
  return lock_hash({reinterpret_cast<const char*>(&mark), sizeof mark});
}

Mark mark_of(const std::string& folder, std::size_t half) {
  SealedMark sealed;
  const auto all = read_file(folder + "/ahead/marks").value_or("");
  if (all.size() < (half + 1) * sizeof sealed) return {};
  std::memcpy(&sealed, all.data() + half * sizeof sealed, sizeof sealed);
  return sealed.seal == seal_of(sealed.mark) ? sealed.mark : Mark{};
}

// The record at the front of `rest`, its prefix included; nothing where there is none of this
// generation.
std::optional<std::string_view> next_record(std::string_view rest,
                                            std::optional<std::uint64_t> generation) {
  if (rest.size() < prefix_bytes || !rest.starts_with(magic)) return std::nullopt;
  if (generation && number_at(rest, generation_at) != *generation) return std::nullopt;
  const auto size = number_at(rest, size_at);
  if (size > rest.size() - prefix_bytes) return std::nullopt;
  return rest.substr(0, prefix_bytes + static_cast<std::size_t>(size));
}

Descriptor open_file(const std::string& path, int flags) {
  Descriptor file{::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, ours_alone)};
  if (!file.is_open()) fail("open", path, errno);
  return file;
}

}  // namespace

std::string path_of_half(const std::string& folder, std::size_t half) {
  return folder + "/ahead/" + std::to_string(half);
}

std::string record_of(std::string_view header, std::string_view bytes) {
  std::string record{magic};
  record.resize(prefix_bytes);
  put_number(record, size_at, header.size() + bytes.size());
  record.reserve(prefix_bytes + header.size() + bytes.size());
  return record.append(header).append(bytes);
}

void stamp(std::string& record, std::uint64_t generation) {
  put_number(record, generation_at, generation);
}

// It saves the next start work, no more: it may fail, and is not synced.
void write_mark(const Descriptor& marks, std::size_t half, const Mark& mark) noexcept {
  const SealedMark sealed{mark, seal_of(mark)};
  const auto written =
      ::pwrite(marks.number(), &sealed, sizeof sealed, static_cast<off_t>(half * sizeof sealed));
  static_cast<void>(written);
}

Descriptor open_marks(const std::string& folder) {
  return open_file(folder + "/ahead/marks", O_RDWR | O_CREAT | O_TRUNC);
}

// Zeros that are written, not just promised: to write into what is only allocated changes the
// file's map, and each flush would have to flush that as well.
Descriptor make_half(const std::string& folder, std::size_t half, std::size_t bytes) {
  const auto path = path_of_half(folder, half);
  auto file = open_file(path, O_RDWR | O_CREAT);
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) fail("open", path, errno);
  if (static_cast<std::size_t>(facts.st_size) != bytes) {
    if (::ftruncate(file.number(), 0) != 0) fail("write", path, errno);
    const std::string zeros(std::size_t{1} << 20U, '\0');
    for (std::size_t at = 0; at < bytes; at += zeros.size())
      write_all(file, std::string_view{zeros}.substr(0, bytes - at), path);
  }
  sync(file, path);
  return file;
}

void read_half(const std::string& folder, std::size_t half, WriteAhead::Left& left) {
  const auto path = path_of_half(folder, half);
  const auto file = read_file(path).value_or("");
  const auto mark = mark_of(folder, half);
  std::optional<std::uint64_t> generation;
  std::string_view rest{file};
  while (const auto record = next_record(rest, generation)) {
    const auto offset = file.size() - rest.size();
    rest.remove_prefix(record->size());
    generation = number_at(*record, generation_at);
    if (mark.generation == *generation && offset < mark.offset) continue;
    auto read = from_file(std::string{record->substr(prefix_bytes)});
    if (auto* torn = std::get_if<Torn>(&read))
      left.torn.push_back(path + " at " + std::to_string(offset) + ": " + torn->why);
    else
      left.whole.push_back(std::get<Spooled>(std::move(read)));
  }
}

}  // namespace quilter::ahead
