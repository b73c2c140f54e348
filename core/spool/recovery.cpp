// What a daemon left behind that did not end by itself.

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/spool/spool_folder.hpp"

namespace quilter {
namespace {

constexpr std::size_t most_unfinished = 100;

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  namespace fs = std::filesystem;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
       entry.increment(error))
    if (fs::is_regular_file(entry->symlink_status(error)))
      names.push_back(entry->path().filename().string());
  if (error) fail("read", folder, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

// Synced too, since what waits must outlive a power cut.
bool is_whole(const std::string& path) {
  try {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    if (!file.is_open()) fail("open", path, errno);
    if (std::holds_alternative<Torn>(from_file(read_all(file, path)))) return false;
    sync(file, path);
    return true;
  } catch (const SpoolError&) {  // unreadable: nobody was told that it is safe
    return false;
  }
}

}  // namespace

SpoolFolder::Recovered SpoolFolder::recover() {
  Recovered recovered;
  for (const auto& name : names_in(path_ + "/tmp")) {
    const auto path = path_ + "/tmp/" + name;
    const auto id = is_spool_id(name) ? name : next_id({});
    if (is_whole(path))
      recovered.whole.push_back(place(path, id, Shelf::waiting));
    else
      recovered.torn.push_back(place(path, id, Shelf::torn));
  }
  for (const auto shelf : {Shelf::waiting, Shelf::torn})
    sync(open_folder(path_of(shelf)), path_of(shelf));
  recovered.forgotten = forget_unfinished();
  return recovered;
}

// Those with a note were whole once, and were promised: they stay.
int SpoolFolder::forget_unfinished() const {
  auto torn = ids(Shelf::torn);
  torn.erase(std::remove_if(torn.begin(), torn.end(),
                            [this](const std::string& id) {
                              return read_file(path_of_note(Shelf::torn, id));
                            }),
             torn.end());
  int forgotten = 0;
  for (std::size_t i = 0; i + most_unfinished < torn.size(); ++i)
    if (auto held = claim(Shelf::torn, torn[i])) {
      remove(std::move(*held));
      ++forgotten;
    }
  return forgotten;
}

}  // namespace quilter
