// Endpoint: a milter's socket, however a configuration writes it: ours, Postfix's, Sendmail's.
//
// Threads: values, and pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace quilter::doctor {

struct Endpoint {
  std::string path;        // of a unix socket, else ""
  std::string port, host;  // of an inet one

  bool is_unix() const { return !path.empty(); }
  bool operator==(const Endpoint&) const = default;
};

// "unix:PATH", "local:PATH", "inet:PORT@HOST" (libmilter's), "inet:HOST:PORT" (Postfix's); nothing
// for anything else ("fd:3").
std::optional<Endpoint> endpoint_of(std::string_view text);

std::string in_words_of_postfix(const Endpoint& endpoint);
std::string in_words_of_libmilter(const Endpoint& endpoint);

bool is_loopback(const std::string& host);

// Whether two paths name one socket; of what is there, or of the names alone.
using SamePath = std::function<bool(const std::string&, const std::string&)>;
bool same_file(const std::string& path, const std::string& other);

bool is_same(const Endpoint& one, const Endpoint& other, const SamePath& same_path);

}  // namespace quilter::doctor
