#include "tests/support/daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace quilter::test {
namespace {

constexpr std::chrono::seconds patience{30};

std::string content_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// sd_listen_fds(3).
void hand_over(int listening) {
  if (listening == 3)
    fcntl(3, F_SETFD, 0);
  else
    dup2(listening, 3);
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
}

[[noreturn]] void become(const std::string& file, const std::string& config, const std::string& log,
                         int listening) {
  if (listening >= 0) hand_over(listening);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDERR_FILENO);
  execl(file.c_str(), file.c_str(), "--config", config.c_str(), nullptr);
  _exit(127);
}

}  // namespace

Daemon::Daemon(const std::string& database, const std::string& more_configuration, int listening,
               Until until, Answered answer) {
  std::ofstream{configuration()} << "[milter]\nlisten = \"" << (listening < 0 ? address() : "fd:3")
                                 << "\"\n[database]\nconnection = \"" << database
                                 << "\"\ndeadline = \"60s\"\n[spool]\nfolder = \"" << folder_.path()
                                 << "\"\n"
                                 << (answer == Answered::once_recorded ? "write_ahead = 0\n" : "")
                                 << more_configuration;
  const auto file = path_of("quilterd");
  pid_ = fork();
  if (pid_ == 0) become(file, configuration(), folder_.path() + "/log", listening);
  if (until == Until::listening) wait_for_log("listening on=");
}

Daemon::~Daemon() {
  if (pid_ == 0) return;
  signal(SIGTERM);
  wait();
}

std::string Daemon::log() const {
  return content_of(folder_.path() + "/log");
}

void Daemon::reload(const std::string& from, const std::string& to, const std::string& text) const {
  auto content = content_of(configuration());
  const auto found = content.find(from);
  if (found == std::string::npos || log().find(text) != std::string::npos)
    throw std::runtime_error{"a reload that would show nothing"};
  std::ofstream{configuration()} << content.replace(found, from.size(), to);
  signal(SIGHUP);
  wait_for_log(text);
}

// Polls a file: there is nothing to wait on. The time bounds a failure, it measures nothing.
void Daemon::wait_for_log(const std::string& text) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (log().find(text) == std::string::npos) {
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid != 0 || std::chrono::steady_clock::now() > end)
      throw std::runtime_error{"quilterd's log never said \"" + text + "\":\n" + log()};
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void Daemon::signal(int number) const {
  kill(pid_, number);
}

int Daemon::wait() {
  int status = 0;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) signal(SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace quilter::test
