#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "bench/targets.hpp"

namespace quilter::bench {
namespace {

// RFC 5321, 4.5.2.
std::string with_dots(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto next = end == std::string_view::npos ? text.size() : end + 1;
    if (text[at] == '.') out += '.';
    out.append(text.substr(at, next - at));
    at = next;
  }
  return out + ".\r\n";
}

// No pipelining: each command waits for its reply, as smtp-source(1) does it.
class SmtpTarget : public Target {
 public:
  explicit SmtpTarget(const std::string& port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"nobody listens on port " + port};
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    expect("220");
    say("EHLO client.example.org\r\n", "250");
  }
  ~SmtpTarget() override { ::close(socket_); }

  void send(const ListMail& mail) override {
    say("MAIL FROM:<bounces@lists.example.org>\r\n", "250");
    say("RCPT TO:<reader@example.org>\r\n", "250");
    say("DATA\r\n", "354");
    say(with_dots(mail.text()), "250");
  }

 private:
  void say(std::string_view text, std::string_view code) const {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error{"the SMTP session ended"};
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    expect(code);
  }

  // The last line of a reply has a space behind its code (RFC 5321, 4.2.1).
  void expect(std::string_view code) const {
    std::string reply;
    for (;;) {
      std::array<char, 4096> buffer{};
      const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (got <= 0) throw std::runtime_error{"the SMTP session ended"};
      reply.append(buffer.data(), static_cast<std::size_t>(got));
      if (!reply.ends_with('\n')) continue;
      const auto last = reply.rfind('\n', reply.size() - 2);
      const auto line = std::string_view{reply}.substr(last == std::string::npos ? 0 : last + 1);
      if (line.size() < 4 || line[3] == '-') continue;
      if (!line.starts_with(code)) throw std::runtime_error{"the MTA answers " + reply};
      return;
    }
  }

  int socket_;
};

}  // namespace

std::unique_ptr<Target> make_smtp_target(const std::string& port) {
  return std::make_unique<SmtpTarget>(port);
}

}  // namespace quilter::bench
