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
std::string unquoted_name(std::string_view name) {
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

// `linux/n.c` beside /dev/null: without git's header it is as deep as `patch -p1` takes it.
bool is_alone_in_tree(const FileDiff& file, std::string_view name, std::string_view other) {
  return other == no_file && !file.git && !behind_first_slash(name).empty();
}

std::string path_of(const FileDiff& file) {
  const auto old_name = unquoted_name(file.old_name);
  const auto new_name = unquoted_name(file.new_name);
  const auto& name = new_name == no_file || new_name.empty() ? old_name : new_name;
  const auto& other = &name == &new_name ? old_name : new_name;
  const bool prefixed =
      has_git_prefix(name) && (other == no_file || has_git_prefix(other)) && name != other;
  std::string_view path = name;
  if (file.indexed.ends_with(name))
    path = file.indexed;
  else if (prefixed || in_two_trees(old_name, new_name) || is_alone_in_tree(file, name, other))
    path = behind_first_slash(name);
  while (path.starts_with("./")) path.remove_prefix(2);
  return std::string{path};
}

// "0123abc..4567def 100644"; only what can be object names.
void take_blobs(TouchedFile& touched, std::string_view index) {
  index = index.substr(0, index.find(' '));
  const auto dots = index.find("..");
  if (dots == std::string_view::npos) return;
  const auto is_object_name = [](std::string_view text) {
    return text.size() >= 4 && text.size() <= 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  const auto old_blob = index.substr(0, dots);
  const auto new_blob = index.substr(dots + 2);
  if (!is_object_name(old_blob) || !is_object_name(new_blob)) return;
  touched.old_blob = old_blob;
  touched.new_blob = new_blob;
}

}  // namespace

std::optional<TouchedFile> touched_file(const FileDiff& file) {
  TouchedFile touched{path_of(file), {}, {}};
  if (touched.path.empty() || touched.path == no_file) return std::nullopt;
  take_blobs(touched, file.index);
  return touched;
}

std::vector<TouchedFile> in_order(std::vector<TouchedFile> files) {
  const auto by_path = [](const TouchedFile& a, const TouchedFile& b) { return a.path < b.path; };
  const auto same_path = [](const TouchedFile& a, const TouchedFile& b) {
    return a.path == b.path;
  };
  std::stable_sort(files.begin(), files.end(), by_path);
  files.erase(std::unique(files.begin(), files.end(), same_path), files.end());
  return files;
}

std::vector<std::string> paths(const std::vector<TouchedFile>& files) {
  std::vector<std::string> result;
  result.reserve(files.size());
  for (const auto& file : files) result.push_back(file.path);
  return result;
}

}  // namespace quilter
