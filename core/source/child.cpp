#include "core/source/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "core/source/source.hpp"

namespace quilter {
namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10U;

[[noreturn]] void fail_with(const std::string& name, int error) {
  throw SourceError{"cannot run " + name + ": " + std::generic_category().message(error)};
}

class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

// A socket, since writing to a pipe whose reader has died is a signal.
Child::Child(const std::vector<std::string>& words) : name_{words.front()} {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    fail_with(name_, errno);
  socket_ = Descriptor{ends[0]};
  const Descriptor theirs{ends[1]};
  Actions actions;
  posix_spawn_file_actions_adddup2(actions.get(), theirs.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), theirs.number(), STDOUT_FILENO);
  auto copies = words;
  std::vector<char*> arguments;
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error =
      ::posix_spawnp(&process_, name_.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (error != 0) fail_with(name_, error);
}

Child::~Child() {
  if (process_ > 0) end();
}

void Child::say(std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail_with(name_, errno);
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Child::fill() {
  buffer_.erase(0, std::exchange(start_, 0));
  const auto before = buffer_.size();
  buffer_.resize(before + read_bytes);
  ssize_t got = 0;
  do {
    got = ::read(socket_.number(), buffer_.data() + before, read_bytes);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && errno != ECONNRESET) fail_with(name_, errno);
  return got > 0;
}

std::optional<std::string> Child::line() {
  auto end = buffer_.find('\n', start_);
  while (end == std::string::npos) {
    const auto seen = buffer_.size() - start_;
    if (!fill()) return std::nullopt;
    end = buffer_.find('\n', seen);
  }
  auto text = buffer_.substr(start_, end - start_);
  start_ = end + 1;
  return text;
}

std::string Child::some_bytes(std::size_t most) {
  if (start_ == buffer_.size() && !fill()) return {};
  auto text = buffer_.substr(start_, most);
  start_ += text.size();
  return text;
}

std::string Child::bytes(std::size_t count) {
  std::string text;
  while (text.size() < count) {
    const auto more = some_bytes(count - text.size());
    if (more.empty()) throw SourceError{name_ + " ended before its answer did"};
    text += more;
  }
  return text;
}

int Child::end() {
  socket_ = Descriptor{};
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace quilter
