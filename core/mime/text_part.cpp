#include "core/mime/text_part.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/mail/text.hpp"

namespace quilter::mime {
namespace {

bool first_line_ends_crlf(std::string_view text) {
  return next_line(text).ends_with("\r\n");
}

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr std::array entities{Entity{"&lt;", "<"},    Entity{"&gt;", ">"},  Entity{"&amp;", "&"},
                              Entity{"&quot;", "\""}, Entity{"&#39;", "'"}, Entity{"&nbsp;", " "}};

constexpr std::array<std::string_view, 7> breaking_tags{"br",  "/p",  "/div", "/tr",
                                                        "/li", "/h1", "/h2"};

// "br" of "<br/>", "/p" of "</p class=x>".
std::string_view tag_name(std::string_view inside) {
  if (inside.ends_with('/')) inside.remove_suffix(1);
  return inside.substr(0, inside.find_first_of(" \t\r\n"));
}

// The length of what stands at the front of `html`: a tag, an entity or a character; adds what it
// shows to `text`.
std::size_t take(std::string_view html, std::string& text, bool& tags_close) {
  if (html[0] == '<' && tags_close) {
    const auto close = html.find('>');
    tags_close = close != std::string_view::npos;
    if (tags_close) {
      const auto name = tag_name(html.substr(1, close - 1));
      if (std::any_of(breaking_tags.begin(), breaking_tags.end(),
                      [&](std::string_view tag) { return equal_ignoring_case(tag, name); }))
        text += '\n';
      return close + 1;
    }
  }
  for (const auto& entity : entities)
    if (html.starts_with(entity.name)) {
      text += entity.text;
      return entity.name.size();
    }
  text += html[0];
  return 1;
}

struct FlowedLine {
  std::string_view marks;  // ">>"
  std::string_view text;   // without marks and stuffing
  bool soft = false;       // goes on in the next line
};

FlowedLine flowed_line(std::string_view line) {
  const auto depth = std::min(line.find_first_not_of('>'), line.size());
  FlowedLine read{line.substr(0, depth), line.substr(depth), false};
  if (read.text.starts_with(' ')) read.text.remove_prefix(1);  // §4.4
  read.soft = read.text.ends_with(' ') && read.text != "-- ";  // §4.3
  return read;
}

}  // namespace

std::string lf_line_ends(std::string text) {
  constexpr std::string_view crlf = "\r\n";
  const auto at = [&](std::size_t end) { return text.data() + std::min(end, text.size()); };
  auto end = text.find(crlf);
  char* to = at(end);
  while (end != std::string::npos) {  // in place: a large text is not held twice
    const auto next = text.find(crlf, end + 1);
    to = std::copy(at(end + 1), at(next), to);
    end = next;
  }
  text.resize(static_cast<std::size_t>(to - text.data()));
  return text;
}

std::string without_transport_crs(std::string text) {
  if (first_line_ends_crlf(text)) return lf_line_ends(std::move(text));
  return text;
}

std::string unflowed(std::string_view text, DelSp delsp) {
  std::string result;
  result.reserve(text.size());
  std::string_view open_marks;
  bool open = false;  // the line before was soft
  while (!text.empty()) {
    const auto line = flowed_line(without_line_end(next_line(text)));
    const bool joins = open && line.marks == open_marks && line.text != "-- ";
    if (open && !joins) result += '\n';
    if (!joins)
      result.append(line.marks).append(line.marks.empty() || line.text.empty() ? "" : " ");
    result += line.text;
    if (line.soft && delsp == DelSp::yes) result.pop_back();
    if (!line.soft) result += '\n';
    open = line.soft;
    open_marks = line.marks;
  }
  if (open) result += '\n';
  return result;
}

std::string without_tags(std::string_view html) {
  std::string text;
  bool tags_close = true;  // false once one did not: looking again would cost square time
  while (!html.empty()) html.remove_prefix(take(html, text, tags_close));
  return text;
}

}  // namespace quilter::mime
