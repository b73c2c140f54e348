#include "core/mail/metadata.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_value = 1000;

bool is_object_name(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&  // SHA-1, SHA-256
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Gerrit gives each patch one, b4 the series.
bool is_gerrit(std::string_view change_id) {
  return change_id.size() == 41 && change_id[0] == 'I' && is_object_name(change_id.substr(1));
}

void set_once(std::string& to, std::string_view value) {
  if (to.empty()) to = value;
}

void add_once(std::vector<std::string>& to, std::string value) {
  if (!value.empty() && to.size() < max_references &&
      std::find(to.begin(), to.end(), value) == to.end())
    to.push_back(std::move(value));
}

void add_reference(std::vector<std::string>& to, std::string_view value) {
  auto id = named_message_id(value);
  if (id.empty()) id = named_message_id(split(value).front());  // `a@b ("[PATCH 0/3] title")`
  add_once(to, id.empty() ? std::string{value} : std::move(id));
}

// Without the "[1]" by which the text speaks of it.
std::string_view without_mark(std::string_view link) {
  const auto words = split(link);
  return words.size() == 2 && words[1].starts_with('[') ? words[0] : link;
}

struct Entry {
  std::string_view name;  // lower case
  void (*take)(Metadata&, std::string_view value);
};

constexpr std::array entries{
    Entry{"base-commit",
          [](Metadata& to, std::string_view value) {
            if (is_object_name(value)) set_once(to.base_commit, value);
          }},
    Entry{"prerequisite-patch-id",
          [](Metadata& to, std::string_view value) {
            if (is_object_name(value)) add_once(to.prerequisite_patch_ids, std::string{value});
          }},
    Entry{"prerequisite-message-id",
          [](Metadata& to, std::string_view value) {
            add_once(to.prerequisite_message_ids, named_message_id(value));
          }},
    Entry{"change-id",
          [](Metadata& to, std::string_view value) {
            if (split(value).size() != 1) return;
            if (is_gerrit(to.change_id)) to.change_id.clear();  // b4's says more
            set_once(to.change_id, value);
          }},
    Entry{"depends-on",
          [](Metadata& to, std::string_view value) { add_reference(to.depends_on, value); }},
    Entry{"based-on",
          [](Metadata& to, std::string_view value) { add_reference(to.based_on, value); }},
    Entry{"supersedes",
          [](Metadata& to, std::string_view value) { add_reference(to.supersedes, value); }},
    Entry{"link",
          [](Metadata& to, std::string_view value) {
            add_once(to.links, std::string{without_mark(value)});
          }},
};

// "%40" in a link is "@" (RFC 3986 §2.1).
std::string without_percents(std::string_view text) {
  const auto digit = [](char c) {
    c = to_lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : digit(text[i + 2]);
    const auto octet = low < 0 ? -1 : high * 16 + low;
    if (octet > ' ' && octet < 0x7F) {
      plain += static_cast<char>(octet);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

MessageId named_message_id(std::string_view value) {
  if (value.size() > longest_value) return {};
  value = trim(value);
  std::string word{value};
  if (value.find('<') != std::string_view::npos) word = message_id(value).value_or("");
  const auto scheme = word.find("://");
  const auto words = split(std::string_view{word});
  const bool has_remark = words.size() > 1 && (words[1][0] == '[' || words[1][0] == '#');
  if (words.size() != 1 && !(has_remark && scheme != std::string::npos)) return {};
  std::string_view id = words.front();
  if (scheme != std::string::npos) {  // an archive's link; public-inbox shows threads by "/T/"
    id = id.substr(0, id.find_first_of("?#"));
    while (id.ends_with('/')) id.remove_suffix(1);
    for (const std::string_view view : {"/T", "/t"})
      if (id.ends_with(view)) id.remove_suffix(view.size());
    const auto last = id.rfind('/');
    if (last < scheme + 3) return {};  // a host alone
    word = without_percents(id.substr(last + 1));
    id = word;
  }
  const auto at = id.find('@');
  return at == std::string_view::npos || at == 0 || at + 1 == id.size() ? MessageId{}
                                                                        : MessageId{id};
}

Metadata metadata(std::string_view content, std::string_view change_id_field) {
  Metadata found;
  if (change_id_field.size() <= longest_value && split(change_id_field).size() == 1)
    found.change_id = trim(change_id_field);
  while (!content.empty()) {
    const auto line = without_line_end(next_line(content));
    if (line.size() > longest_value) continue;
    constexpr std::size_t longest_name = 24;
    const auto colon = line.substr(0, longest_name).find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    for (const auto& entry : entries)
      if (equal_ignoring_case(name, entry.name) && !value.empty()) entry.take(found, value);
  }
  return found;
}

}  // namespace quilter
