#include "core/mime/parts.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/mail/text.hpp"
#include "core/mime/charset.hpp"
#include "core/mime/owned.hpp"
#include "core/mime/read_mail.hpp"
#include "core/mime/text_part.hpp"

namespace quilter::mime {
namespace {

// A node of the tree that is still to be looked at.
struct Node {
  GMimeObject* object = nullptr;  // borrowed from the message
  std::size_t depth = 0;
  bool attachment = false;
};

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string{} : std::string{text};
}

// What only MIME needs, for GMime: its header then ends where ours does, and holds no NUL.
std::string mime_message(const RawParts& message) {
  constexpr std::array<std::string_view, 3> fields{"Content-Type", "Content-Transfer-Encoding",
                                                   "Content-Disposition"};
  std::string bytes;
  for (const auto name : fields) {
    const auto body = first(message.fields, name);
    const bool unreadable = name == "Content-Type" && body.find('/') == std::string_view::npos;
    if (body.empty() || unreadable) continue;  // RFC 2045 §5.2: then it is plain text
    bytes.append(name).append(": ").append(body).append("\n");
    std::replace(bytes.begin(), bytes.end(), '\0', '?');
  }
  return bytes.append("\n").append(message.body);
}

// Multipart or message, as GMime will see it: comments and case are its matter.
bool is_composite(std::string_view content_type) {
  const Owned<GMimeContentType> type{
      g_mime_content_type_parse(nullptr, std::string{content_type}.c_str())};
  return g_mime_content_type_is_type(type.get(), "multipart", "*") != 0 ||
         g_mime_content_type_is_type(type.get(), "message", "*") != 0;
}

// Takes the next field off the front of `rest`, with the lines it is folded into (RFC 5322 §2.2.3).
std::string_view next_field(std::string_view& rest) {
  const auto start = rest;
  next_line(rest);
  while (!rest.empty() && is_blank(rest.front())) next_line(rest);
  return start.substr(0, start.size() - rest.size());
}

// May open a part in a part. Comments can stand before the type: the word counts anywhere.
bool opens_level(std::string_view field) {
  return starts_ignoring_case(field, "content-type") &&
         (contains_ignoring_case(field, "multipart") || contains_ignoring_case(field, "message"));
}

// May be in the header of a part: "Name:", also "Name :" (RFC 5322 §4.5).
bool is_named(std::string_view field) {
  const auto end = std::min(field.find_first_of(" \t:\n"), field.size());
  field.remove_prefix(std::min(field.find_first_not_of(" \t", end), field.size()));
  return end > 0 && field.starts_with(':');
}

// GMime opens nested parts by calling itself, looks for the boundaries of all open ones at each
// line that may be one, and builds each part and field, wanted or not: a bomb of them is not given
// to it. The limits are far off, since the lines of a diff may look the same.
bool is_bomb(std::string_view body) {
  constexpr std::size_t most_levels = 2 * max_depth;
  constexpr std::size_t most_boundaries = 50 * max_parts;
  constexpr std::size_t most_fields = 20 * max_fields;
  std::size_t levels = 0;
  std::size_t boundaries = 0;
  std::size_t fields = 0;
  while (!body.empty()) {
    const auto field = next_field(body);
    if (field.starts_with("--")) ++boundaries;  // RFC 2046 §5.1.1
    if (is_named(field)) ++fields;
    if (opens_level(field)) ++levels;
    if (levels > most_levels || boundaries > most_boundaries || fields > most_fields) return true;
  }
  return false;
}

std::string media_type_of(GMimeObject& object) {
  auto* type = g_mime_object_get_content_type(&object);
  if (type == nullptr) return "text/plain";
  const OwnedText name{g_mime_content_type_get_mime_type(type)};
  return lower(text_or_empty(name.get()));
}

bool is_attachment(GMimeObject& object) {
  return equal_ignoring_case(text_or_empty(g_mime_object_get_disposition(&object)), "attachment");
}

std::string parameter(GMimeObject& object, const char* name) {
  return text_or_empty(g_mime_object_get_content_type_parameter(&object, name));
}

bool is_patch_name(std::string_view file_name) {
  constexpr std::array<std::string_view, 4> ends{".patch", ".diff", ".txt", ".mbox"};
  const auto name = lower(file_name);
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return name.ends_with(end); });
}

// Programs send patches under any application type; then the name says what they are.
bool is_text(std::string_view media_type, std::string_view file_name) {
  return media_type.starts_with("text/") ||
         (media_type.starts_with("application/") && is_patch_name(file_name));
}

std::string decoded_bytes(GMimePart& part) {
  auto* content = g_mime_part_get_content(&part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> stream{g_mime_stream_mem_new()};
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

bool is_encoded(GMimePart& part) {
  const auto encoding = g_mime_part_get_content_encoding(&part);
  return encoding == GMIME_CONTENT_ENCODING_BASE64 ||
         encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
         encoding == GMIME_CONTENT_ENCODING_UUENCODE;
}

std::string text_of(GMimePart& part, std::string_view media_type) {
  auto& object = *GMIME_OBJECT(&part);
  const auto utf8 = to_utf8(decoded_bytes(part), parameter(object, "charset"));
  auto text = is_encoded(part) ? lf_unless_mixed(utf8) : lf_line_ends(utf8);
  if (media_type == "text/html") return without_tags(text);
  if (equal_ignoring_case(parameter(object, "format"), "flowed"))
    return unflowed(
        text, equal_ignoring_case(parameter(object, "delsp"), "yes") ? DelSp::yes : DelSp::no);
  return text;
}

// Walks the tree in the order of the message, without calling itself.
class Walk {
 public:
  explicit Walk(GMimeObject& root) { nodes_.push_back({&root, 0, false}); }

  std::vector<Part> parts() {
    while (!nodes_.empty() && leaves_ < max_parts) {
      const auto node = nodes_.back();
      nodes_.pop_back();
      visit(node);
    }
    return texts_.empty() ? std::move(html_) : std::move(texts_);
  }

 private:
  void visit(const Node& node) {
    if (node.object == nullptr || node.depth > max_depth) return;
    if (GMIME_IS_MULTIPART(node.object)) return open(*GMIME_MULTIPART(node.object), node);
    if (GMIME_IS_MESSAGE_PART(node.object)) return open(*GMIME_MESSAGE_PART(node.object), node);
    if (GMIME_IS_PART(node.object)) leaf(*GMIME_PART(node.object), node);
  }

  void open(GMimeMultipart& multipart, const Node& node) {
    for (int i = g_mime_multipart_get_count(&multipart); i-- > 0;)
      nodes_.push_back({g_mime_multipart_get_part(&multipart, i), node.depth + 1, node.attachment});
  }

  void open(GMimeMessagePart& message_part, const Node& node) {
    auto* message = g_mime_message_part_get_message(&message_part);
    if (message != nullptr)
      nodes_.push_back({g_mime_message_get_mime_part(message), node.depth + 1, true});
  }

  void leaf(GMimePart& part, const Node& node) {
    ++leaves_;
    auto& object = *GMIME_OBJECT(&part);
    const auto media_type = media_type_of(object);
    const auto file_name = guessed_utf8(text_or_empty(g_mime_part_get_filename(&part)));
    if (!is_text(media_type, file_name)) return;
    auto& list = media_type == "text/html" ? html_ : texts_;
    list.push_back({media_type, file_name, node.attachment || is_attachment(object),
                    text_of(part, media_type)});
  }

  std::vector<Node> nodes_;
  std::vector<Part> texts_;
  std::vector<Part> html_;
  std::size_t leaves_ = 0;
};

std::vector<Part> parts_of(const std::string& bytes) {
  const Owned<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
  const Owned<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
  const Owned<GMimeObject> root{g_mime_parser_construct_part(parser.get(), nullptr)};
  return root ? Walk{*root}.parts() : std::vector<Part>{};
}

}  // namespace

std::vector<Part> text_parts(const RawParts& message) {
  const bool composite = is_composite(first(message.fields, "Content-Type"));
  std::vector<Part> parts;
  // Only a composite message is taken apart, and can be a bomb.
  if (!composite || !is_bomb(message.body)) parts = parts_of(mime_message(message));
  if (parts.empty() && composite && !message.body.empty())
    parts.push_back({"text/plain", {}, false, lf_line_ends(guessed_utf8(message.body))});
  return parts;
}

}  // namespace quilter::mime
