#include "core/store/connection_text.hpp"

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::string_view mask = "***";

bool is_secret(std::string_view keyword) {
  return keyword == "password" || keyword == "sslpassword";
}

// The length of the value at the front of a keyword/value string; quotes and backslashes as libpq
// reads them.
std::size_t value_length(std::string_view text) {
  const bool quoted = text.starts_with('\'');
  std::size_t i = quoted ? 1 : 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (quoted && text[i] == '\'')
      return i + 1;
    else if (!quoted && is_space(text[i]))
      return i;
  }
  return text.size();
}

std::string pairs_without_passwords(std::string_view rest) {
  std::string shown;
  const auto take = [&](std::size_t count) {
    shown += rest.substr(0, count);
    rest.remove_prefix(count);
  };
  const auto take_blanks = [&] {
    while (!rest.empty() && is_space(rest.front())) take(1);
  };
  while (!rest.empty()) {
    take_blanks();
    const auto keyword = rest.substr(0, rest.find_first_of("= \t\r\n\f\v"));
    const bool secret = is_secret(keyword);
    const auto after = rest.find_first_not_of(" \t\r\n\f\v", keyword.size());
    if (after == std::string_view::npos || rest[after] != '=') {  // "password=two words"
      shown += keyword.empty() ? "" : mask;
      rest.remove_prefix(keyword.size());
      continue;
    }
    take(keyword.size());
    take_blanks();
    take(1);
    take_blanks();
    const auto length = value_length(rest);
    if (secret)
      shown += mask;
    else
      shown += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return shown;
}

// RFC 3986 §3.2.1: userinfo is "user:password"; libpq takes `?password=` too.
std::string uri_without_passwords(std::string_view uri) {
  const auto authority = uri.find("://") + 3;
  const auto query = std::min(uri.find('?'), uri.size());
  const auto at = uri.substr(0, query).rfind('@');
  const auto colon = uri.find(':', authority);
  std::string shown{uri.substr(0, query)};
  if (at != std::string_view::npos && at >= authority && colon < at)
    shown.replace(colon + 1, at - colon - 1, mask);

  for (auto rest = uri.substr(query); !rest.empty();) {
    const auto parameter = rest.substr(0, rest.find('&', 1));  // its '?' or '&' included
    const auto equals = std::min(parameter.find('='), parameter.size());
    const bool secret = is_secret(parameter.substr(1, equals - 1)) && equals < parameter.size();
    shown +=
        secret ? std::string{parameter.substr(0, equals + 1)}.append(mask) : std::string{parameter};
    rest.remove_prefix(parameter.size());
  }
  return shown;
}

}  // namespace

std::string without_passwords(std::string_view connection) {
  const bool is_uri =
      connection.starts_with("postgresql://") || connection.starts_with("postgres://");
  return is_uri ? uri_without_passwords(connection) : pairs_without_passwords(connection);
}

std::string without_passwords_of(std::string_view connection, const std::string& error) {
  const auto shown = without_passwords(connection);
  for (const auto part : split(error, "\""))
    if (connection.find(part) != std::string_view::npos && shown.find(part) == std::string::npos)
      return "libpq cannot use this connection string";
  return error;
}

}  // namespace quilter
