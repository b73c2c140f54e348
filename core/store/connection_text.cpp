#include "core/store/connection_text.hpp"

#include <algorithm>
#include <charconv>

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

// RFC 3986 §2.1; what is no such pair of digits stays.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto* const digits = text.data() + i + 1;
    unsigned char byte = 0;
    const bool encoded = text[i] == '%' && text.size() - i > 2 &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    plain += encoded ? static_cast<char>(byte) : text[i];
    i += encoded ? 2 : 0;
  }
  return plain;
}

// `?name=value&name=value`. A piece without '=' is no parameter: perhaps that of a password.
std::string query_without_passwords(std::string_view rest) {
  std::string shown;
  while (!rest.empty()) {
    const auto keyword = rest.substr(1, rest.find_first_of("=&?", 1) - 1);
    const auto begin = keyword.size() + 1;
    const bool valued = begin < rest.size() && rest[begin] == '=';
    const bool secret = valued ? is_secret(decoded(keyword)) : !keyword.empty();
    const auto end =
        std::min(rest.find_first_of(secret && valued ? "&" : "&?", begin), rest.size());
    if (secret)
      shown.append(rest.substr(0, valued ? begin + 1 : 1)).append(mask);
    else
      shown += rest.substr(0, end);
    rest.remove_prefix(end);
  }
  return shown;
}

// RFC 3986 §3.2.1: userinfo is "user:password"; libpq takes `?password=` too.
std::string uri_without_passwords(std::string_view uri) {
  const auto authority = uri.find("://") + 3;
  const auto query = query_place(uri);
  const auto at = uri.substr(0, query).rfind('@');
  const auto colon = uri.find(':', authority);
  std::string shown{uri};
  if (at != std::string_view::npos && at >= authority && colon < at)
    shown.replace(colon + 1, at - colon - 1, mask);
  const auto behind = std::min(shown.find('?'), shown.size());  // a user's name too may have one
  return shown.substr(0, behind) + query_without_passwords(std::string_view{shown}.substr(behind));
}

}  // namespace

bool is_connection_uri(std::string_view connection) {
  return connection.starts_with("postgresql://") || connection.starts_with("postgres://");
}

// As libpq does: userinfo ends at the first '@' before any '/', and a '?' in it is like any other.
std::size_t query_place(std::string_view uri) {
  const auto authority = uri.find("://") + 3;
  const auto stop = uri.find_first_of("@/", authority);
  const bool has_userinfo = stop != std::string_view::npos && uri[stop] == '@';
  return std::min(uri.find('?', has_userinfo ? stop : authority), uri.size());
}

std::string without_passwords(std::string_view connection) {
  return is_connection_uri(connection) ? uri_without_passwords(connection)
                                       : pairs_without_passwords(connection);
}

std::string without_passwords_of(std::string_view connection, const std::string& error) {
  const auto shown = without_passwords(connection);
  for (const auto part : split(error, "\""))
    if (connection.find(part) != std::string_view::npos && shown.find(part) == std::string::npos)
      return "libpq cannot use this connection string";
  return error;
}

}  // namespace quilter
