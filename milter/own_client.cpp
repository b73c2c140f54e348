#include "milter/own_client.hpp"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <netdb.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/mail/text.hpp"
#include "milter/error.hpp"

namespace quilter::milter {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int socket;
  ~Connection() { ::close(socket); }
};

enum class Waited { ready, stopped, too_long };

Waited wait_for(int socket, short events, int stop, Clock::time_point until) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    std::array<pollfd, 2> both{{{socket, events, 0}, {stop, POLLIN, 0}}};
    const int ready = ::poll(both.data(), both.size(), left > 0 ? static_cast<int>(left) : 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready > 0 && both[1].revents != 0) return Waited::stopped;
    return ready > 0 ? Waited::ready : Waited::too_long;
  }
}

int connect_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// libmilter/mfdef.h: length of what follows, command, payload; numbers have their high byte first.
std::string number(std::uint32_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string greeting() {
  return number(1 + 3 * MILTER_LEN_BYTES) + SMFIC_OPTNEG + number(SMFI_PROT_VERSION) +
         number(SMFI_CURR_ACTS) + number(SMFI_CURR_PROT);
}

std::string goodbye() {
  return number(1) + SMFIC_QUIT;
}

bool send(int socket, const std::string& packet) {
  return ::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(packet.size());
}

}  // namespace

OwnClient::OwnClient(const std::string& listen) {
  const auto colon = listen.find(':');
  const auto kind = listen.substr(0, colon);
  const auto rest = colon == std::string::npos ? std::string{} : listen.substr(colon + 1);
  if (kind == "unix") {
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    rest.copy(path.sun_path, sizeof path.sun_path - 1);
    std::memcpy(&address_, &path, sizeof path);
    size_ = sizeof path;
  } else if (kind == "fd") {
    size_ = sizeof address_;
    if (::getsockname(whole_number(rest).value_or(-1), reinterpret_cast<sockaddr*>(&address_),
                      &size_) != 0)
      throw MilterError{"cannot tell the address of " + listen + ": " + reason(errno)};
  } else {
    const auto at = rest.find('@');
    const auto host = at == std::string::npos ? std::string{"localhost"} : rest.substr(at + 1);
    addrinfo hints{};
    hints.ai_family = kind == "inet6" ? AF_INET6 : AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), rest.substr(0, at).c_str(), &hints, &found);
    if (error != 0)
      throw MilterError{"cannot tell the address of " + listen + ": " + ::gai_strerror(error)};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, ::freeaddrinfo};
    std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
    size_ = found->ai_addrlen;
  }
}

std::string OwnClient::try_it(std::chrono::milliseconds patience, int stop) const {
  const auto until = Clock::now() + patience;
  const auto too_long = "no answer in " + std::to_string(patience.count()) + " ms";
  const Connection connection{
      ::socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int socket = connection.socket;
  if (socket < 0) return "no socket: " + reason(errno);
  // EAGAIN, of a unix socket: nobody has accepted for so long that no more may wait.
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address_), size_) != 0) {
    if (errno != EINPROGRESS) return "cannot connect: " + reason(errno);
    const auto waited = wait_for(socket, POLLOUT, stop, until);
    if (waited != Waited::ready) return waited == Waited::stopped ? "" : too_long;
    if (const int error = connect_error(socket); error != 0)
      return "cannot connect: " + reason(error);
  }
  if (!send(socket, greeting())) return "cannot send: " + reason(errno);
  const auto waited = wait_for(socket, POLLIN, stop, until);
  if (waited != Waited::ready) return waited == Waited::stopped ? "" : too_long;
  std::array<char, 5> answer{};
  const auto got = ::recv(socket, answer.data(), answer.size(), 0);
  if (got != static_cast<ssize_t>(answer.size()) || answer.back() != SMFIC_OPTNEG)
    return "the connection was closed";
  send(socket, goodbye());
  return "";
}

}  // namespace quilter::milter
