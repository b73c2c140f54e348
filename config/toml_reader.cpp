#include "config/toml_reader.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "config/config_error.hpp"
#include "core/mail/text.hpp"

namespace quilter::config {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  if (file && file.peek() != std::ifstream::traits_type::eof()) content << file.rdbuf();
  const int why = errno;
  const bool is_empty = file.eof() && !file.bad();
  if ((!file && !is_empty) || !content)
    throw ConfigError{{path + ": cannot be read: " + std::generic_category().message(why)}};
  return content.str();
}

std::string kind_of(const toml::node& node) {
  if (node.is_array() || node.is_array_of_tables()) return "an array";
  if (node.is_table()) return "a table";
  if (node.is_floating_point()) return "a number with a fraction";
  return "a date or time";
}

Value value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    if (text->get().find('\0') != std::string::npos)
      return Unfit{"text with a NUL"};  // C libraries would cut it
    return text->get();
  }
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  return Unfit{kind_of(node)};
}

Entry entry_of(std::string_view table, const toml::key& key, const toml::node& node) {
  return {std::string{table}, std::string{key.str()}, key.source().begin.line, value_of(node)};
}

}  // namespace

std::vector<Entry> read_toml(const std::string& path) {
  std::vector<Entry> entries;
  try {
    const toml::table file = toml::parse(content_of(path), path);
    for (const auto& [name, node] : file) {
      const auto* table = node.as_table();
      if (table == nullptr) {
        entries.push_back(entry_of("", name, node));
        continue;
      }
      entries.push_back(
          {std::string{name.str()}, std::nullopt, name.source().begin.line, Unfit{"a table"}});
      for (const auto& [key, value] : *table) entries.push_back(entry_of(name.str(), key, value));
    }
  } catch (const toml::parse_error& error) {
    throw ConfigError{{path + ":" + std::to_string(error.source().begin.line) +
                       ": syntax: want TOML, got: " + printable(error.description())}};
  }
  // toml++ sorts by name; people read by line.
  std::ranges::stable_sort(entries, {}, &Entry::line);
  return entries;
}

std::string shown(const Value& value) {
  struct {
    std::string operator()(const std::string& text) const {
      return '"' + printable(text, 60) + '"';
    }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(const Unfit& unfit) const { return unfit.what; }
  } show;
  return std::visit(show, value);
}

}  // namespace quilter::config
