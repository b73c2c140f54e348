#include "core/source/maildir_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "core/digest/digest.hpp"
#include "core/spool/error.hpp"
#include "core/spool/files.hpp"

namespace quilter {
namespace {

[[noreturn]] void fail_to_read(const std::string& path, int error) {
  throw SourceError{"cannot read " + path + ": " + std::generic_category().message(error)};
}

std::size_t bytes_of(const Descriptor& file) {
  struct stat facts {};
  return ::fstat(file.number(), &facts) == 0 ? static_cast<std::size_t>(facts.st_size) : 0;
}

}  // namespace

MaildirSource::MaildirSource(std::string folder, std::size_t max_message_bytes)
    : folder_{std::move(folder)}, max_message_bytes_{max_message_bytes}, entries_{list()} {}

std::vector<MaildirSource::Entry> MaildirSource::list() const {
  std::vector<Entry> entries;
  for (const std::string shelf : {"cur", "new"}) {
    std::error_code error;
    for (std::filesystem::directory_iterator file{folder_ + "/" + shelf, error}, end;
         !error && file != end; file.increment(error)) {
      const auto name = file->path().filename().string();
      if (!name.starts_with('.'))
        entries.push_back({name.substr(0, name.find(':')), shelf + "/" + name});
    }
    if (error && error != std::errc::no_such_file_or_directory)
      fail_to_read(folder_ + "/" + shelf, error.value());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.name < right.name; });
  return entries;
}

// Under the names that all have now.
bool MaildirSource::find_again(Entry& entry) {
  const auto now = list();
  const auto by_name = [](const Entry& left, const Entry& right) { return left.name < right.name; };
  for (auto& known : entries_) {
    const auto found = std::lower_bound(now.begin(), now.end(), known, by_name);
    known.path = found != now.end() && found->name == known.name ? found->path : "";
  }
  return !entry.path.empty();
}

std::optional<SourceMessage> MaildirSource::next() {
  while (next_ < entries_.size()) {
    auto& entry = entries_[next_++];
    if (entry.path.empty()) continue;  // deleted
    const auto path = folder_ + "/" + entry.path;
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.is_open() && errno == ENOENT) {
      if (find_again(entry)) --next_;
      continue;
    }
    if (!file.is_open()) fail_to_read(path, errno);
    SourceMessage found{.message = {}, .place = entry.path, .next = next_};
    try {
      const auto bytes = bytes_of(file);
      found.message.bytes = read_start(file, path, std::min(bytes, max_message_bytes_));
      found.message.truncated = bytes > max_message_bytes_;
    } catch (const SpoolError& error) {
      throw SourceError{error.what()};
    }
    return found;
  }
  return std::nullopt;
}

std::uint64_t MaildirSource::digest_before(std::uint64_t position) {
  for (; digested_ < position; ++digested_)
    digest_ = lock_hash(std::to_string(digest_) + "/" + entries_[digested_].name);
  return digest_;
}

std::string MaildirSource::mark(std::uint64_t position) {
  return std::to_string(position) + " " + std::to_string(digest_before(position));
}

bool MaildirSource::resume(const std::string& mark) {
  std::uint64_t position = 0;
  std::from_chars(mark.data(), mark.data() + mark.size(), position);
  if (position > entries_.size()) return false;
  const auto before = std::pair{digested_, digest_};
  if (this->mark(position) == mark) {
    next_ = position;
    return true;
  }
  std::tie(digested_, digest_) = before;
  return false;
}

}  // namespace quilter
