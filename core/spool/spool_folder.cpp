#include "core/spool/spool_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_queue_id = 40;
constexpr std::string_view note_end = ".why";

// A file that is gone with the object, until keep(): whatever fails in between leaves nothing.
class Draft {
 public:
  Draft(Descriptor file, std::string path) : file_{std::move(file)}, path_{std::move(path)} {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const Descriptor& file() const { return file_; }
  const std::string& path() const { return path_; }
  void moved_to(std::string path) { path_ = std::move(path); }
  void keep() { path_.clear(); }

 private:
  Descriptor file_;
  std::string path_;
};

std::string letters_and_digits(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return is_digit(c) || is_letter(c); });
  kept.resize(std::min(kept.size(), longest_queue_id));
  return kept.empty() ? "NOQUEUE" : kept;
}

std::string id_text(std::chrono::sys_time<std::chrono::microseconds> time,
                    std::string_view queue_id) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  auto text = iso8601(second);
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](char c) { return c == '-' || c == ':' || c == 'Z'; }),
             text.end());
  const auto fraction = std::to_string((time - second).count());
  return text + "." + std::string(6 - fraction.size(), '0') + fraction + "Z-" +
         letters_and_digits(queue_id);
}

}  // namespace

std::string_view to_string(Shelf shelf) {
  constexpr std::array<std::string_view, all_shelves.size()> names{"waiting", "failed", "torn"};
  return names.at(static_cast<std::size_t>(shelf));
}

bool is_spool_id(std::string_view id) {
  constexpr std::size_t longest_name = 255;  // NAME_MAX, with room for a note's
  return !id.empty() && id.size() + note_end.size() <= longest_name && id.front() != '.' &&
         !id.ends_with(note_end) && id.find('/') == std::string_view::npos &&
         id.find('\0') == std::string_view::npos;
}

std::optional<Timestamp> arrival_of(std::string_view id) {
  constexpr std::size_t seconds_end = 15;  // 20261122T061302.123456Z-QUEUEID
  if (id.size() <= seconds_end || id[seconds_end] != '.') return std::nullopt;
  std::string time{id.substr(0, seconds_end)};
  for (const std::size_t colon : {13U, 11U}) time.insert(colon, 1, ':');
  for (const std::size_t dash : {6U, 4U}) time.insert(dash, 1, '-');
  return time_from(time + "Z");
}

std::string SpoolFolder::path_of(Shelf shelf) const {
  constexpr std::array<std::string_view, all_shelves.size()> folders{"/new", "/failed", "/torn"};
  return path_ + std::string{folders.at(static_cast<std::size_t>(shelf))};
}

std::string SpoolFolder::path_of_note(Shelf shelf, const std::string& id) const {
  return path_of(shelf) + "/" + id + std::string{note_end};
}

// Strictly increasing, also where the clock is set back.
std::string SpoolFolder::next_id(std::string_view queue_id) {
  using Microseconds = std::chrono::microseconds;
  const auto now = std::chrono::floor<Microseconds>(std::chrono::system_clock::now());
  auto last = last_id_.load();
  std::int64_t next = 0;
  do next = std::max<std::int64_t>(now.time_since_epoch().count(), last + 1);
  while (!last_id_.compare_exchange_weak(last, next));
  return id_text(std::chrono::sys_time<Microseconds>{Microseconds{next}}, queue_id);
}

// Renames, never over another file; the id that it has then.
std::string SpoolFolder::place(const std::string& file, std::string id, Shelf shelf) {
  const auto folder = path_of(shelf) + "/";
  while (::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, (folder + id).c_str(), RENAME_NOREPLACE) !=
         0) {
    if (errno != EEXIST) fail("move to", folder + id, errno);
    id = next_id(id.substr(id.rfind('-') + 1));
  }
  return id;
}

SpoolFolder::Kept SpoolFolder::keep(const Spooled& spooled, Shelf shelf) {
  const auto header = header_of(spooled);
  const auto id = next_id(spooled.message.queue_id);
  const auto path = path_ + "/tmp/" + id;
  Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, ours_alone)};
  if (!file.is_open()) fail("write", path, errno);
  Draft draft{std::move(file), path};
  write_all(draft.file(), header, path);
  write_all(draft.file(), spooled.message.bytes, path);
  sync(draft.file(), path);
  auto final_id = place(path, id, shelf);
  draft.moved_to(path_of(shelf) + "/" + final_id);
  sync(open_folder(path_of(shelf)), draft.path());
  draft.keep();
  return {std::move(final_id), header.size() + spooled.message.bytes.size()};
}

std::vector<std::string> SpoolFolder::ids(Shelf shelf) const {
  std::vector<std::string> found;
  std::error_code error;
  namespace fs = std::filesystem;
  for (fs::directory_iterator entry{path_of(shelf), error}, end; !error && entry != end;
       entry.increment(error)) {
    auto name = entry->path().filename().string();
    std::error_code gone;  // taken away meanwhile
    if (is_spool_id(name) && fs::is_regular_file(entry->symlink_status(gone)))
      found.push_back(std::move(name));
  }
  std::error_code unknown;
  if (error == std::errc::no_such_file_or_directory && !fs::exists(path_, unknown)) throw_missing();
  if (error && error != std::errc::no_such_file_or_directory)
    fail("read", path_of(shelf), error.value());
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<Claim> SpoolFolder::claim(Shelf shelf, const std::string& id) const {
  if (!is_spool_id(id)) return std::nullopt;
  const auto path = path_of(shelf) + "/" + id;
  Descriptor file{::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ELOOP || errno == EISDIR) return std::nullopt;
    fail("open", path, errno);
  }
  if (!take_lock(file, path)) return std::nullopt;
  // Who held it before us may have moved or removed it between our open and our lock.
  struct stat opened {};
  struct stat there {};
  if (::fstat(file.number(), &opened) != 0 || ::lstat(path.c_str(), &there) != 0 ||
      opened.st_ino != there.st_ino || opened.st_dev != there.st_dev || !S_ISREG(opened.st_mode))
    return std::nullopt;
  return Claim{std::move(file), shelf, id, static_cast<std::uint64_t>(opened.st_size)};
}

void SpoolFolder::drop_note(Shelf shelf, const std::string& id) const {
  ::unlink(path_of_note(shelf, id).c_str());
}

void SpoolFolder::move(Claim claim, Shelf to, std::string_view why) {
  auto id = claim.id();
  if (to != claim.shelf()) {
    id = place(path_of(claim.shelf()) + "/" + id, id, to);
    sync(open_folder(path_of(to)), path_of(to));
    drop_note(claim.shelf(), claim.id());
  }
  if (why.empty()) return;
  try {
    replace_file(path_of(to), id + std::string{note_end}, why);
  } catch (const SpoolError&) {  // as promised; on a full disk that is what happens
  }
}

void SpoolFolder::remove(Claim claim) const {
  const auto path = path_of(claim.shelf()) + "/" + claim.id();
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", path, errno);
  drop_note(claim.shelf(), claim.id());
}

}  // namespace quilter
