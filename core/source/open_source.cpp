#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/mail/text.hpp"
#include "core/source/inbox_source.hpp"
#include "core/source/maildir_source.hpp"
#include "core/source/mbox_source.hpp"

namespace quilter {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}

bool is_maildir(const std::string& path) {
  return is_folder(path + "/cur") && is_folder(path + "/new");
}

bool is_repository(const std::string& path) {
  std::error_code none;
  return is_folder(path + "/objects") && fs::exists(path + "/HEAD", none);
}

// The N of each N.git.
std::vector<std::int32_t> epochs_in(const std::string& folder) {
  std::vector<std::int32_t> epochs;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder, none}) {
    const auto number = whole_number(entry.path().stem().string());
    if (number && entry.path().extension() == ".git" && is_repository(entry.path().string()))
      epochs.push_back(*number);
  }
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

Descriptor opened(const std::string& path) {
  Descriptor file{path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                              : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open())
    throw SourceError{"cannot read " + path + ": " + std::generic_category().message(errno)};
  return file;
}

}  // namespace

std::vector<std::string> sources_at(const std::string& path) {
  if (path == "-" || !is_folder(path) || is_maildir(path) || is_repository(path)) return {path};
  std::vector<std::string> sources;
  for (const auto epoch : epochs_in(path + "/git"))
    sources.push_back(path + "/git/" + std::to_string(epoch) + ".git");
  if (sources.empty())
    throw SourceError{path +
                      " is neither a maildir (cur, new) nor a public-inbox (a bare repository, or "
                      "git/0.git, 1.git … in it)"};
  return sources;
}

std::unique_ptr<Source> open_source(const std::string& path, std::size_t max_message_bytes) {
  if (is_maildir(path)) return std::make_unique<MaildirSource>(path, max_message_bytes);
  if (is_repository(path)) return std::make_unique<InboxSource>(path, max_message_bytes);
  return std::make_unique<MboxSource>(opened(path), path == "-" ? "standard input" : path,
                                      max_message_bytes);
}

}  // namespace quilter
