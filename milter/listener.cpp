#include "milter/listener.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libmilter/mfapi.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/mail/text.hpp"
#include "milter/error.hpp"

namespace quilter::milter {
namespace {

std::optional<std::string_view> after(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

// Who answers at a unix socket? 0, or why connecting failed.
int connect_error(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno;
  const int error =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                         : errno;
  ::close(probe);
  return error;
}

void remove_stale_socket(const std::string& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return;
  if (!S_ISSOCK(there.st_mode))
    throw MilterError{path + " exists and is no socket; remove it or choose another path"};
  const int error = connect_error(path);
  if (error == 0 || error == EAGAIN)  // EAGAIN: its backlog is full
    throw MilterError{"another process listens on " + path + "; stop it or choose another path"};
  if (error != ECONNREFUSED)
    throw MilterError{"cannot tell whether " + path + " is in use: " + reason(error)};
  if (::unlink(path.c_str()) != 0)
    throw MilterError{"cannot remove the stale socket " + path + ": " + reason(errno)};
}

void check_path(const std::string& path) {
  if (path.empty() || path.size() >= sizeof sockaddr_un{}.sun_path)
    throw MilterError{"unix:" + path + ": want a path of 1 to " +
                      std::to_string(sizeof sockaddr_un{}.sun_path - 1) + " bytes"};
  const auto folder = std::filesystem::path{path}.parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
    throw MilterError{folder.string() + " is no directory; create it (systemd: tmpfiles.d)"};
}

// systemd.socket(5): descriptors are handed over from 3 on.
void check_descriptor(std::string_view text) {
  const auto number = whole_number(text);
  if (!number)
    throw MilterError{"fd:" + std::string{text} +
                      ": want the number of an open descriptor, such as fd:3"};
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(*number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    throw MilterError{"fd:" + std::string{text} +
                      " is no listening socket; is the daemon started by its socket unit?"};
}

void open_in_libmilter(const std::string& listen) {
  std::string text = listen;
  errno = 0;
  if (smfi_setconn(text.data()) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS) {
    const int error = errno;
    throw MilterError{"cannot listen on " + listen + ": " +
                      (error != 0 ? reason(error) : std::string{"libmilter told syslog why"})};
  }
}

gid_t group_named(const std::string& name) {
  std::array<char, 16'384> buffer{};
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw MilterError{"socket_group: there is no group " + name};
  return found->gr_gid;
}

void open_unix_socket(const Options& options, const std::string& path) {
  check_path(path);
  const auto group =
      options.socket_group.empty() ? static_cast<gid_t>(-1) : group_named(options.socket_group);
  remove_stale_socket(path);
  // The umask, and not a chmod afterwards: the socket has its mode from its first moment.
  const auto old_mask = ::umask(~static_cast<mode_t>(options.socket_mode) & 0777);
  try {
    open_in_libmilter(options.listen);
  } catch (...) {
    ::umask(old_mask);
    throw;
  }
  ::umask(old_mask);
  // Not without need: the unit's system call filter knows no chown.
  if (!options.socket_group.empty() && ::chown(path.c_str(), static_cast<uid_t>(-1), group) != 0)
    throw MilterError{"cannot give " + path + " to group " + options.socket_group + ": " +
                      reason(errno) + "; make the daemon's user a member of it"};
}

}  // namespace

void open_listener(const Options& options) {
  const std::string_view listen = options.listen;
  if (const auto path = after("unix:", listen))
    return open_unix_socket(options, std::string{*path});
  if (const auto number = after("fd:", listen))
    check_descriptor(*number);
  else if (!after("inet:", listen) && !after("inet6:", listen))
    throw MilterError{"listen: want unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N, got '" +
                      options.listen + "'"};
  open_in_libmilter(options.listen);
}

// libmilter can only stop as a whole, and needs its descriptor until then: another socket takes the
// number, one that listens too, so that poll() and accept() have nothing to complain about, and
// that nobody knows. The connections wait in the old one, which is open in systemd.
void stop_accepting(const Options& options) noexcept {
  const auto text = after("fd:", options.listen);
  const auto number = text ? whole_number(*text) : std::nullopt;
  if (!number) return;
  const int silent = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (silent < 0) return;
  sockaddr_un nameless{};
  nameless.sun_family = AF_UNIX;  // unix(7): bound by its family alone, it gets an abstract address
  if (::bind(silent, reinterpret_cast<const sockaddr*>(&nameless), sizeof nameless.sun_family) ==
          0 &&
      ::listen(silent, 0) == 0)
    ::dup3(silent, *number, O_CLOEXEC);
  ::close(silent);
}

}  // namespace quilter::milter
