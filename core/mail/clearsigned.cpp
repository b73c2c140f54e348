#include "core/mail/clearsigned.hpp"

#include "core/mail/text.hpp"

namespace quilter {

std::string without_clearsigning(std::string text) {
  constexpr std::string_view begin = "-----BEGIN PGP SIGNED MESSAGE-----\n";
  constexpr std::string_view signature = "-----BEGIN PGP SIGNATURE-----\n";
  constexpr std::string_view end = "-----END PGP SIGNATURE-----\n";
  constexpr std::size_t near_the_top = 4000;  // a patch is long, and full of dashes
  const auto start = std::string_view{text}.substr(0, near_the_top).find(begin);
  if (start == std::string::npos || (start > 0 && text[start - 1] != '\n')) return text;
  std::string plain = text.substr(0, start);
  auto rest = std::string_view{text}.substr(start + begin.size());
  while (!rest.empty() && !without_line_end(next_line(rest)).empty()) {
  }  // "Hash: SHA256"
  while (!rest.empty() && !rest.starts_with(signature)) {
    const auto line = next_line(rest);
    plain += line.starts_with("- ") ? line.substr(2) : line;  // §7.1
  }
  const auto behind = rest.find(end);
  if (behind != std::string_view::npos) plain += rest.substr(behind + end.size());
  return plain;
}

}  // namespace quilter
