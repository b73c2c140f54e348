#include "core/mime/parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/mail/text.hpp"
#include "core/mime/charset.hpp"
#include "core/mime/leaf.hpp"
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

// The fields that only MIME needs, for GMime, without NUL: its header then ends where ours does.
std::string mime_header(const RawParts& message) {
  constexpr std::array<std::string_view, 3> fields{"Content-Type", "Content-Transfer-Encoding",
                                                   "Content-Disposition"};
  std::string header;
  for (const auto name : fields) {
    const auto body = first(message.fields, name);
    const bool unreadable = name == "Content-Type" && body.find('/') == std::string_view::npos;
    if (body.empty() || unreadable) continue;  // RFC 2045 §5.2: then it is plain text
    header.append(name).append(": ").append(body).append("\n");
  }
  std::replace(header.begin(), header.end(), '\0', '?');
  return header += '\n';
}

bool is_composite(GMimeObject& object) {
  auto* type = g_mime_object_get_content_type(&object);
  return g_mime_content_type_is_type(type, "multipart", "*") != 0 ||
         g_mime_content_type_is_type(type, "message", "*") != 0;
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

// Where they lie: the content of a part is a piece of the stream that was parsed.
std::string_view encoded_bytes(GMimePart& part) {
  auto* content = g_mime_part_get_content(&part);
  if (content == nullptr) return {};
  auto* piece = g_mime_data_wrapper_get_stream(content);
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(piece));
  const std::string_view all{reinterpret_cast<const char*>(bytes->data), bytes->len};
  const auto length = g_mime_stream_length(piece);
  if (length <= 0) return {};
  return all.substr(static_cast<std::size_t>(piece->bound_start), static_cast<std::size_t>(length));
}

bool is_alternative(GMimeMultipart& multipart) {
  auto* type = g_mime_object_get_content_type(GMIME_OBJECT(&multipart));
  return type != nullptr && g_mime_content_type_is_type(type, "multipart", "alternative") != FALSE;
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
    return std::move(texts_);
  }

 private:
  void visit(const Node& node) {
    if (node.object == nullptr || node.depth > max_depth) return;
    if (GMIME_IS_MULTIPART(node.object)) return open(*GMIME_MULTIPART(node.object), node);
    if (GMIME_IS_MESSAGE_PART(node.object)) return open(*GMIME_MESSAGE_PART(node.object), node);
    if (GMIME_IS_PART(node.object)) leaf(*GMIME_PART(node.object), node);
  }

  void open(GMimeMultipart& multipart, const Node& node) {
    if (is_alternative(multipart) && take_plain_alternative(multipart, node)) return;
    for (int i = g_mime_multipart_get_count(&multipart); i-- > 0;)
      nodes_.push_back({g_mime_multipart_get_part(&multipart, i), node.depth + 1, node.attachment});
  }

  // Of several forms of one text (RFC 2046 §5.1.4) the plain one, where it says anything.
  bool take_plain_alternative(GMimeMultipart& multipart, const Node& node) {
    for (int i = 0; i < g_mime_multipart_get_count(&multipart); ++i) {
      auto* object = g_mime_multipart_get_part(&multipart, i);
      if (!GMIME_IS_PART(object) || leaf_of(*GMIME_PART(object)).media_type != "text/plain")
        continue;
      const auto before = texts_.size();
      leaf(*GMIME_PART(object), {object, node.depth + 1, node.attachment});
      if (texts_.size() > before && !trim(texts_.back().text).empty()) return true;
      texts_.resize(before);
    }
    return false;
  }

  void open(GMimeMessagePart& message_part, const Node& node) {
    auto* message = g_mime_message_part_get_message(&message_part);
    if (message != nullptr)
      nodes_.push_back({g_mime_message_get_mime_part(message), node.depth + 1, true});
  }

  void leaf(GMimePart& part, const Node& node) {
    ++leaves_;
    auto leaf = leaf_of(part);
    if (!is_text(leaf)) return;
    leaf.attachment |= node.attachment;
    // Behind a plain text, HTML is that text again.
    if (leaf.media_type == "text/html" && says_something()) return;
    if (auto text = text_part(std::move(leaf), encoded_bytes(part)))
      texts_.push_back(std::move(*text));
  }

  bool says_something() const {
    return std::any_of(texts_.begin(), texts_.end(), [](const Part& part) {
      return !part.attachment && !trim(part.text).empty();
    });
  }

  std::vector<Node> nodes_;
  std::vector<Part> texts_;
  std::size_t leaves_ = 0;
};

// A tree over bytes that outlive it: GMime takes them where they lie.
class Tree {
 public:
  explicit Tree(std::string& bytes)
      : bytes_{reinterpret_cast<guint8*>(bytes.data()), static_cast<guint>(bytes.size())} {
    const Owned<GMimeStream> stream{g_mime_stream_mem_new_with_byte_array(&bytes_)};
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);
    const Owned<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
    root_.reset(g_mime_parser_construct_part(parser.get(), nullptr));
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  GMimeObject* root() const { return root_.get(); }

 private:
  GByteArray bytes_;
  Owned<GMimeObject> root_;
};

std::vector<Part> parts_of_tree(std::string bytes, std::string_view body) {
  std::vector<Part> parts;
  if (!is_bomb(body)) {
    const Tree tree{bytes.append(body)};
    if (tree.root() != nullptr) parts = Walk{*tree.root()}.parts();
  }
  if (parts.empty() && !body.empty())
    parts.push_back({"text/plain", {}, false, lf_line_ends(guessed_utf8(std::string{body}))});
  return parts;
}

}  // namespace

std::vector<Part> text_parts(const RawParts& message) {
  auto header = mime_header(message);
  std::optional<Tree> tree{std::in_place, header};  // no body: what is no tree needs none built
  if (tree->root() == nullptr || is_composite(*tree->root())) {
    tree.reset();
    return parts_of_tree(std::move(header), message.body);
  }
  std::vector<Part> parts;
  if (auto leaf = leaf_of(*GMIME_PART(tree->root())); is_text(leaf))
    if (auto text = text_part(std::move(leaf), message.body)) parts.push_back(std::move(*text));
  return parts;
}

}  // namespace quilter::mime
