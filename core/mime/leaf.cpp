#include "core/mime/leaf.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/mail/text.hpp"
#include "core/mime/charset.hpp"
#include "core/mime/in_body_fields.hpp"
#include "core/mime/owned.hpp"
#include "core/mime/text_part.hpp"

namespace quilter::mime {
namespace {

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string{} : std::string{text};
}

bool is_patch_name(std::string_view file_name) {
  constexpr std::array<std::string_view, 4> ends{".patch", ".diff", ".txt", ".mbox"};
  const auto name = lower(file_name);
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return name.ends_with(end); });
}

// What programs say of a file that they do not know.
bool is_plain_application(std::string_view media_type) {
  constexpr std::array<std::string_view, 6> types{"octet-stream", "x-patch", "x-diff",
                                                  "mbox",         "x-mbox",  "unknown"};
  return media_type.starts_with("application/") &&
         std::any_of(types.begin(), types.end(), [&](std::string_view type) {
           return media_type.substr(std::string_view{"application/"}.size()) == type;
         });
}

bool is_encoded(const Leaf& leaf) {
  return leaf.encoding == GMIME_CONTENT_ENCODING_BASE64 ||
         leaf.encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
         leaf.encoding == GMIME_CONTENT_ENCODING_UUENCODE;
}

using FilterStep = void (*)(GMimeFilter*, char*, std::size_t, std::size_t, char**, std::size_t*,
                            std::size_t*);

void append_filtered(std::string& decoded, GMimeFilter& filter, FilterStep step,
                     std::string_view bytes) {
  char* out = nullptr;  // the filter's, until the next step
  std::size_t size = 0;
  std::size_t room_before = 0;
  step(&filter, const_cast<char*>(bytes.data()), bytes.size(), 0, &out, &size, &room_before);
  decoded.append(out, size);
}

// Lists put their footers behind a body without looking at its encoding: base64 ends at the first
// line that it cannot have.
std::string_view without_plain_footer(std::string_view base64) {
  for (const std::string_view start : {"\n_____", "\n-- "})
    base64 = base64.substr(0, base64.find(start));
  return base64;
}

std::string decoded(GMimeContentEncoding encoding, std::string_view bytes) {
  if (encoding == GMIME_CONTENT_ENCODING_BASE64) bytes = without_plain_footer(bytes);
  const Owned<GMimeFilter> filter{g_mime_filter_basic_new(encoding, FALSE)};
  constexpr std::size_t piece =
      std::size_t{64} * 1024;  // the filter keeps room for as much as it is given
  std::string text;
  text.reserve(bytes.size());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    append_filtered(text, *filter, g_mime_filter_filter, bytes.substr(0, piece));
  append_filtered(text, *filter, g_mime_filter_complete,
                  std::string_view{""});  // what waited for more
  return text;
}

}  // namespace

Leaf leaf_of(GMimePart& part) {
  auto& object = *GMIME_OBJECT(&part);
  const auto parameter = [&](const char* name) {
    return text_or_empty(g_mime_object_get_content_type_parameter(&object, name));
  };
  Leaf leaf;
  if (auto* type = g_mime_object_get_content_type(&object))
    leaf.media_type =
        lower(text_or_empty(OwnedText{g_mime_content_type_get_mime_type(type)}.get()));
  leaf.file_name = guessed_utf8(text_or_empty(g_mime_part_get_filename(&part)));
  leaf.charset = parameter("charset");
  leaf.flowed = equal_ignoring_case(parameter("format"), "flowed");
  leaf.delsp = equal_ignoring_case(parameter("delsp"), "yes");
  leaf.attachment =
      equal_ignoring_case(text_or_empty(g_mime_object_get_disposition(&object)), "attachment");
  leaf.encoding = g_mime_part_get_content_encoding(&part);
  return leaf;
}

// Programs send patches under any application type; then the name says what they are, or that they
// hold no NUL.
bool is_text(const Leaf& leaf) {
  return leaf.media_type.starts_with("text/") || is_plain_application(leaf.media_type) ||
         (leaf.media_type.starts_with("application/") && is_patch_name(leaf.file_name));
}

std::optional<Part> text_part(Leaf leaf, std::string_view bytes) {
  auto text = is_encoded(leaf) ? decoded(leaf.encoding, bytes) : std::string{bytes};
  const bool sure = leaf.media_type.starts_with("text/") || is_patch_name(leaf.file_name);
  if (!sure && text.find('\0') != std::string::npos) return std::nullopt;
  text = to_utf8(std::move(text), leaf.charset);
  text = is_encoded(leaf) ? without_transport_crs(std::move(text)) : lf_line_ends(std::move(text));
  if (leaf.media_type == "text/html")
    text = without_tags(text);
  else if (leaf.flowed)
    text = unflowed(text, leaf.delsp ? DelSp::yes : DelSp::no);
  return Part{std::move(leaf.media_type), std::move(leaf.file_name), leaf.attachment,
              with_decoded_fields(std::move(text))};
}

}  // namespace quilter::mime
