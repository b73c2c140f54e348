#include "cli/doctor/bounded.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

#include "core/spool/files.hpp"

namespace quilter::doctor {
namespace {

using Clock = std::chrono::steady_clock;

// A finding on its way: the level as a digit, then its texts, each ended by a NUL.
std::string packed(const Finding& finding) {
  std::string bytes(1, static_cast<char>('0' + static_cast<int>(finding.level)));
  for (const auto* text : {&finding.check, &finding.text, &finding.command})
    bytes += std::string{text->c_str()} + '\0';  // up to a NUL of its own
  return bytes;
}

Findings unpacked(std::string_view bytes) {
  Findings findings;
  while (!bytes.empty()) {
    Finding finding;
    finding.level = static_cast<Level>((bytes.front() - '0') & 3);
    bytes.remove_prefix(1);
    for (auto* text : {&finding.check, &finding.text, &finding.command}) {
      const auto end = bytes.find('\0');
      if (end == std::string_view::npos) return findings;  // cut short
      *text = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool become(const User& user) {
  if (user.id == ::geteuid()) return true;
  // As Postfix does it for its daemons: the user's other groups count.
  return ::initgroups(user.name.c_str(), user.group) == 0 && ::setgid(user.group) == 0 &&
         ::setuid(user.id) == 0;
}

void examine(const std::optional<User>& as, const Report& report,
             const std::function<void(const Report&)>& check) {
  try {
    if (as && !become(*as)) {
      report(skipped("cannot become user " + as->name + ": " +
                     std::generic_category().message(errno)));
      return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // prctl(2): here, as another user would lose it
    check(report);
  } catch (const std::exception& error) {
    report(wrong(error.what(), ""));
  }
}

[[noreturn]] void be_the_child(int pipe, const std::optional<User>& as,
                               const std::function<void(const Report&)>& check) {
  ::setpgid(0, 0);
  const Descriptor nowhere{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  ::dup2(nowhere.number(), STDERR_FILENO);
  const Report report = [pipe](const Finding& finding) {
    auto bytes = packed(finding);
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto written = ::write(pipe, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return;
      rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
  };
  examine(as, report, check);
  ::_exit(0);
}

// Whether the other end was closed in time.
bool read_until_end(int pipe, Clock::time_point until, std::string& bytes) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd one{pipe, POLLIN, 0};
    const int ready = ::poll(&one, 1, left > 0 ? static_cast<int>(left) : 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    std::array<char, 4096> chunk{};
    const auto got = ::read(pipe, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "exit code " + std::to_string(WEXITSTATUS(status));
}

// Who hangs in the kernel does not even die: we do not wait for it then.
std::string end(pid_t child, bool in_time, std::chrono::milliseconds limit) {
  int status = 0;
  if (in_time) {
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    const auto how = how_it_ended(status);
    return how.empty() ? "" : "this check broke off: " + how;
  }
  ::kill(-child, SIGKILL);
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, WNOHANG);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
  return "no answer in " + std::to_string(seconds) + " s";
}

template <typename Entry>
std::optional<User> user_of(Entry entry) {
  std::array<char, 16'384> room{};
  passwd found{};
  passwd* result = nullptr;
  if (entry(&found, room.data(), room.size(), &result) != 0 || result == nullptr)
    return std::nullopt;
  return User{found.pw_name, found.pw_uid, found.pw_gid};
}

}  // namespace

std::optional<User> user_named(const std::string& name) {
  return user_of([&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); });
}

User current_user() {
  const auto id = ::geteuid();
  const auto user = user_of([&](auto... rest) { return ::getpwuid_r(id, rest...); });
  return user.value_or(User{std::to_string(id), id, ::getegid()});
}

Findings run_bounded(std::chrono::milliseconds limit, const std::optional<User>& as,
                     const std::function<void(const Report&)>& check) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return {skipped("no pipe: " + std::generic_category().message(errno))};
  const Descriptor ours{ends[0]};
  Descriptor theirs{ends[1]};
  const auto until = Clock::now() + limit;
  const pid_t child = ::fork();
  if (child < 0) return {skipped("no process: " + std::generic_category().message(errno))};
  if (child == 0) be_the_child(theirs.number(), as, check);
  theirs = Descriptor{};
  std::string bytes;
  const bool in_time = read_until_end(ours.number(), until, bytes);
  auto findings = unpacked(bytes);
  if (const auto trouble = end(child, in_time, limit); !trouble.empty())
    findings.push_back(wrong(trouble, ""));
  return findings;
}

}  // namespace quilter::doctor
