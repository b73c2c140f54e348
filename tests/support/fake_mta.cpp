#include "tests/support/fake_mta.hpp"

#include <arpa/inet.h>
#include <libmilter/mfdef.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <tuple>

namespace quilter::test {
namespace {

constexpr std::size_t flush_at = 262'144;
constexpr std::size_t largest_packet = 1'048'576;

[[noreturn]] void complain(const std::string& what) {
  const int error = errno;
  throw ProtocolError{error == 0 ? what : what + ": " + std::strerror(error)};
}

std::string number(std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  return {reinterpret_cast<const char*>(&wire), sizeof wire};
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  if (at + 4 > bytes.size()) throw ProtocolError{"a packet ends inside a number"};
  std::uint32_t wire = 0;
  std::memcpy(&wire, bytes.data() + at, sizeof wire);
  return ntohl(wire);
}

void append_text(std::string& payload, std::string_view text) {
  payload += text;
  payload += '\0';
}

std::string path_with_arguments(std::string_view path, const std::vector<std::string>& arguments) {
  std::string payload;
  append_text(payload, path);
  for (const auto& argument : arguments) append_text(payload, argument);
  return payload;
}

int connected(int family, const void* address, std::size_t size) {
  errno = 0;
  const int made = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) complain("socket");
  const timeval patience{120, 0};
  ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(made, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)) != 0) {
    const int error = errno;
    ::close(made);
    errno = error;
    complain("connect");
  }
  return made;
}

int connect_unix(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connected(AF_UNIX, &address, sizeof address);
}

int connect_inet(std::string_view port_at_host) {
  const auto at = port_at_host.find('@');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(std::string{port_at_host.substr(0, at)})));
  if (at == std::string_view::npos ||
      ::inet_pton(AF_INET, std::string{port_at_host.substr(at + 1)}.c_str(), &address.sin_addr) !=
          1)
    throw ProtocolError{"want inet:PORT@HOST with a numeric host"};
  const int made = connected(AF_INET, &address, sizeof address);
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

}  // namespace

FakeMta::FakeMta(std::string_view address) {
  constexpr std::string_view local = "unix:";
  constexpr std::string_view inet = "inet:";
  if (address.starts_with(local))
    socket_ = connect_unix(address.substr(local.size()));
  else if (address.starts_with(inet))
    socket_ = connect_inet(address.substr(inet.size()));
  else
    throw ProtocolError{"want unix:PATH or inet:PORT@HOST"};
}

FakeMta::~FakeMta() {
  if (socket_ >= 0) ::close(socket_);
}

FakeMta::FakeMta(FakeMta&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      granted_{std::move(other.granted_)},
      at_end_of_message_{other.at_end_of_message_},
      out_{std::move(other.out_)},
      in_{std::move(other.in_)},
      bytes_sent_{other.bytes_sent_} {}

const Granted& FakeMta::negotiate(const Offer& offer) {
  put(SMFIC_OPTNEG, number(offer.version) + number(offer.actions) + number(offer.steps));
  flush();
  const auto [command, payload] = packet();
  expect_nothing();
  if (command != SMFIC_OPTNEG)
    throw ProtocolError{std::string{"want the milter's options, got "} + command};
  granted_ = {number_at(payload, 0), number_at(payload, 4), number_at(payload, 8), {}};
  if ((granted_.actions & ~offer.actions) != 0 || (granted_.steps & ~offer.steps) != 0)
    throw ProtocolError{"the milter takes what was not offered"};
  for (std::size_t at = 12; at < payload.size();) {
    const auto place = number_at(payload, at);
    const auto end = payload.find('\0', at + 4);
    if (end == std::string::npos) throw ProtocolError{"a macro list has no end"};
    granted_.macro_lists.emplace_back(place, payload.substr(at + 4, end - at - 4));
    at = end + 1;
  }
  std::string client;
  append_text(client, "client.example.org");
  if (asks_for(SMFIP_NOCONNECT)) step(SMFIC_CONNECT, client + SMFIA_UNKNOWN, SMFIP_NR_CONN);
  if (asks_for(SMFIP_NOHELO)) step(SMFIC_HELO, client, SMFIP_NR_HELO);
  return granted_;
}

void FakeMta::macros(char command, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string payload(1, command);
  for (const auto& [name, value] : values) {
    append_text(payload, name);
    append_text(payload, value);
  }
  put(SMFIC_MACRO, payload);
}

Answer FakeMta::mail(std::string_view reverse_path, const std::vector<std::string>& arguments) {
  return step(SMFIC_MAIL, path_with_arguments(reverse_path, arguments), SMFIP_NR_MAIL);
}

Answer FakeMta::recipient(std::string_view forward_path,
                          const std::vector<std::string>& arguments) {
  return step(SMFIC_RCPT, path_with_arguments(forward_path, arguments), SMFIP_NR_RCPT);
}

Answer FakeMta::header_field(std::string_view name, std::string_view body) {
  if (asks_for(SMFIP_HDR_LEADSPC) && body.starts_with(' ')) body.remove_prefix(1);
  std::string payload;
  append_text(payload, name);
  append_text(payload, body);
  return step(SMFIC_HEADER, payload, SMFIP_NR_HDR);
}

Answer FakeMta::end_of_headers() {
  return step(SMFIC_EOH, {}, SMFIP_NR_EOH);
}

Answer FakeMta::body(std::string_view bytes) {
  Answer answer;
  while (!bytes.empty() && answer.verdict == SMFIR_CONTINUE) {
    const auto chunk = bytes.substr(0, MILTER_CHUNK_SIZE);
    bytes.remove_prefix(chunk.size());
    answer = step(SMFIC_BODY, chunk, SMFIP_NR_BODY);
  }
  return answer;
}

Answer FakeMta::end_of_message() {
  send_end_of_message();
  return reply();
}

void FakeMta::send_end_of_message() {
  put(SMFIC_BODYEOB, {});
  flush();
  at_end_of_message_ = true;
}

void FakeMta::progress() {
  if (packet() != std::pair<char, std::string>{SMFIR_PROGRESS, ""})
    throw ProtocolError{"want word of progress"};
}

void FakeMta::abort() {
  put(SMFIC_ABORT, {});
  flush();
}

void FakeMta::quit() {
  put(SMFIC_QUIT, {});
  flush();
  std::array<char, 1> byte{};
  const auto got = ::recv(socket_, byte.data(), byte.size(), 0);
  if (got > 0 || !in_.empty())
    throw ProtocolError{std::string{"a packet nobody waits for, after quit"}};
  if (got < 0 && errno != ECONNRESET) complain("the milter does not close after quit");
}

void FakeMta::quit_for_next_connection() {
  put(SMFIC_QUIT_NC, {});
  flush();
}

Answer FakeMta::envelope_and_header(const Delivery& delivery) {
  if (auto answer = mail(delivery.reverse_path); answer.verdict != SMFIR_CONTINUE) return answer;
  for (const auto& forward_path : delivery.forward_paths)
    if (auto answer = recipient(forward_path); answer.verdict != SMFIR_CONTINUE) return answer;
  if (asks_for(SMFIP_NODATA))
    if (auto answer = step(SMFIC_DATA, {}, SMFIP_NR_DATA); answer.verdict != SMFIR_CONTINUE)
      return answer;
  for (const auto& [name, body] : delivery.header)
    if (auto answer = header_field(name, body); answer.verdict != SMFIR_CONTINUE) return answer;
  if (!delivery.queue_id.empty()) macros(SMFIC_EOH, {{"i", delivery.queue_id}});
  return end_of_headers();
}

Answer FakeMta::deliver(const Delivery& delivery) {
  if (auto answer = envelope_and_header(delivery); answer.verdict != SMFIR_CONTINUE) return answer;
  if (auto answer = body(delivery.body); answer.verdict != SMFIR_CONTINUE) return answer;
  if (!delivery.queue_id.empty()) macros(SMFIC_BODYEOB, {{"i", delivery.queue_id}});
  return end_of_message();
}

Answer FakeMta::step(char command, std::string_view payload, std::uint32_t no_reply_flag) {
  put(command, payload);
  if ((granted_.steps & no_reply_flag) != 0) return {};
  flush();
  return reply();
}

void FakeMta::put(char command, std::string_view payload) {
  out_ += number(static_cast<std::uint32_t>(payload.size() + 1));
  out_ += command;
  out_ += payload;
  if (out_.size() >= flush_at) flush();
}

void FakeMta::flush() {
  std::string_view rest = out_;
  while (!rest.empty()) {
    errno = 0;
    const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) complain("send");
    rest.remove_prefix(static_cast<std::size_t>(sent));
    bytes_sent_ += static_cast<std::uint64_t>(sent);
  }
  out_.clear();
}

// Replies come in the order of the steps: bytes behind the awaited one answer a step that has no
// reply.
Answer FakeMta::reply() {
  auto [command, payload] = packet();
  while (at_end_of_message_ && command == SMFIR_PROGRESS && payload.empty())
    std::tie(command, payload) = packet();
  at_end_of_message_ = false;
  expect_nothing();
  constexpr std::string_view verdicts{"acdrst"};
  if (verdicts.find(command) != std::string_view::npos && payload.empty()) return {command, {}};
  if (command != SMFIR_REPLYCODE)
    throw ProtocolError{std::string{"want a verdict, got "} + command};
  if (payload.empty() || payload.back() != '\0') throw ProtocolError{"a reply text has no end"};
  payload.pop_back();
  return {command, std::move(payload)};
}

std::pair<char, std::string> FakeMta::packet() {
  while (in_.size() < 4) read_more();
  const std::size_t size = number_at(in_, 0);
  if (size == 0 || size > largest_packet)
    throw ProtocolError{"a packet of " + std::to_string(size) + " bytes"};
  while (in_.size() < 4 + size) read_more();
  std::pair<char, std::string> result{in_[4], in_.substr(5, size - 1)};
  in_.erase(0, 4 + size);
  return result;
}

void FakeMta::expect_nothing() const {
  if (!in_.empty()) throw ProtocolError{"a packet nobody waits for"};
}

void FakeMta::read_more() {
  std::array<char, 4096> buffer{};
  errno = 0;
  const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno == EINTR) return;
  if (got < 0) complain("no reply from the milter");
  if (got == 0) throw ProtocolError{"the milter closed the connection"};
  in_.append(buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace quilter::test
