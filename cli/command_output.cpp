#include <algorithm>
#include <iostream>

#include "cli/output.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t widest_cell_bytes = 400;

std::size_t width(
    std::string_view text) {  // characters, not bytes: UTF-8 continuation bytes take no room
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  auto cells = rows;
  for (auto& row : cells) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(row[i], widest_cell_bytes);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string terminal_text(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    auto line = without_line_end(next_line(text));
    for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
      shown += printable(line.substr(0, tab), tab) + '\t';
      line.remove_prefix(tab + 1);
    }
    shown += printable(line, line.size()) + '\n';
  }
  return shown;
}

std::string person(const Mailbox& mailbox) {
  return mailbox.name.empty() ? mailbox.address : mailbox.name + " <" + mailbox.address + ">";
}

std::string when(const std::optional<Timestamp>& date) {
  if (!date) return "-";
  auto text = iso8601(*date).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "-" : text;
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
Json date(const std::optional<Timestamp>& date) {
  return date ? Json(iso8601(*date)) : Json(nullptr);
}
Json mailbox(const Mailbox& mailbox) {
  return {{"name", mailbox.name}, {"email", mailbox.address}};
}

std::string json_text(const Json& value, int indent) {
  constexpr bool ensure_ascii = true;
  return value.dump(indent, ' ', ensure_ascii, Json::error_handler_t::replace);
}

void print(const Json& value) {
  std::cout << json_text(value, 2) << '\n';
}

int complain(std::string_view what, int code) {
  std::cerr << "quilter: " << terminal_text(what);
  return code;
}

}  // namespace quilter::cli
