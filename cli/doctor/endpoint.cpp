#include "cli/doctor/endpoint.hpp"

#include <filesystem>
#include <system_error>

#include "core/mail/text.hpp"

namespace quilter::doctor {
namespace {

std::string without_brackets(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string{host};
}

bool is_port(std::string_view text) {
  return whole_number(text).has_value();
}

// "8891@localhost", "localhost:8891", "8891".
Endpoint inet_endpoint(std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos)
    return {.path = {},
            .port = std::string{text.substr(0, at)},
            .host = without_brackets(text.substr(at + 1))};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos && is_port(text))
    return {.path = {}, .port = std::string{text}, .host = {}};
  if (colon == std::string_view::npos) return {.path = {}, .port = {}, .host = std::string{text}};
  return {.path = {},
          .port = std::string{text.substr(colon + 1)},
          .host = without_brackets(text.substr(0, colon))};
}

}  // namespace

std::optional<Endpoint> endpoint_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = lower(text.substr(0, colon));
  const auto rest = text.substr(colon + 1);
  if (rest.empty()) return std::nullopt;
  if (kind == "unix" || kind == "local")
    return Endpoint{.path = std::string{rest}, .port = {}, .host = {}};
  if (kind == "inet" || kind == "inet6") return inet_endpoint(rest);
  return std::nullopt;
}

std::string in_words_of_postfix(const Endpoint& endpoint) {
  if (endpoint.is_unix()) return "unix:" + endpoint.path;
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  const auto host = endpoint.host.empty() ? std::string{"localhost"} : endpoint.host;
  return "inet:" + (ipv6 ? "[" + host + "]" : host) + ":" + endpoint.port;
}

std::string in_words_of_libmilter(const Endpoint& endpoint) {
  if (endpoint.is_unix()) return "unix:" + endpoint.path;
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return (ipv6 ? "inet6:" : "inet:") + endpoint.port + "@" +
         (endpoint.host.empty() ? std::string{"localhost"} : endpoint.host);
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.") ||
         host == "localhost.localdomain" || host == "ip6-localhost";
}

bool same_file(const std::string& path, const std::string& other) {
  std::error_code error;
  if (std::filesystem::equivalent(path, other, error) && !error) return true;
  return std::filesystem::path{path}.lexically_normal() ==
         std::filesystem::path{other}.lexically_normal();
}

bool is_same(const Endpoint& one, const Endpoint& other, const SamePath& same_path) {
  if (one.is_unix() || other.is_unix())
    return one.is_unix() && other.is_unix() && same_path(one.path, other.path);
  // "0.0.0.0" is reached by any name of this host; which names those are is not known here.
  return one.port == other.port &&
         (one.host == other.host || (is_loopback(one.host) && is_loopback(other.host)) ||
          one.host.empty() || one.host == "0.0.0.0" || one.host == "::");
}

}  // namespace quilter::doctor
