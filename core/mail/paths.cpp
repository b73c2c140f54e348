// The files that a diff touches.
#include <algorithm>

#include "core/mail/diff.hpp"
#include "core/mail/file_diff.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::string_view no_file = "/dev/null";

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// Git quotes names with odd characters as C does: "b/f\303\266o".
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string{name};
  name = name.substr(1, name.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\' || i + 1 == name.size()) {
      plain += name[i];
    } else if (i + 3 < name.size() && std::all_of(&name[i + 1], &name[i + 1] + 3, is_octal)) {
      const auto value = (name[i + 1] - '0') * 64 + (name[i + 2] - '0') * 8 + (name[i + 3] - '0');
      plain += static_cast<char>(static_cast<unsigned char>(value & 0xFF));
      i += 3;
    } else {
      constexpr std::string_view escapes = "abtnvfr";
      const auto at = escapes.find(name[++i]);
      plain +=
          at == std::string_view::npos ? name[i] : static_cast<char>('\a' + static_cast<char>(at));
    }
  }
  return valid_utf8(plain);
}

std::string_view behind_first_slash(std::string_view name) {
  const auto slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view{} : name.substr(slash + 1);
}

bool has_git_prefix(std::string_view name) {
  return name.size() > 2 && name[1] == '/' &&
         std::string_view{"abciow"}.find(name[0]) != std::string_view::npos;
}

// "a/x b/x", "linux.orig/x linux/x": trees of their own. svn's and cvs's "x x" have none.
bool in_two_trees(std::string_view old_name, std::string_view new_name) {
  return old_name != new_name && !behind_first_slash(new_name).empty() &&
         behind_first_slash(old_name) == behind_first_slash(new_name);
}

std::string path_of(const FileDiff& file) {
  const auto old_name = unquoted(file.old_name);
  const auto new_name = unquoted(file.new_name);
  const auto& name = new_name == no_file || new_name.empty() ? old_name : new_name;
  const auto& other = &name == &new_name ? old_name : new_name;
  const bool prefixed =
      has_git_prefix(name) && (other == no_file || has_git_prefix(other)) && name != other;
  return prefixed || in_two_trees(old_name, new_name) ? std::string{behind_first_slash(name)}
                                                      : name;
}

}  // namespace

std::vector<std::string> paths(std::string_view diff) {
  std::vector<std::string> result;
  const auto lines = lines_of(diff);
  for (std::size_t at = 0; at < lines.size();) {
    const auto file = file_diff(lines, at);
    at = file ? file->end : at + 1;
    if (!file) continue;
    if (auto path = path_of(*file); !path.empty() && path != no_file)
      result.push_back(std::move(path));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace quilter
