#include "core/mime/fields.hpp"

#include <algorithm>
#include <array>

#include "core/mail/text.hpp"
#include "core/mime/charset.hpp"
#include "core/mime/encoded_word.hpp"

namespace quilter::mime {
namespace {

constexpr std::size_t longest_decoded =
    65'536;  // bytes of a field; a longer one is read, but not decoded

constexpr std::array<std::string_view, 9> address_fields{
    "From", "Sender",          "Reply-To",    "To",           "Cc",
    "Bcc",  "X-Original-From", "Resent-From", "Resent-Sender"};

bool is_address_field(std::string_view name) {
  return std::any_of(address_fields.begin(), address_fields.end(),
                     [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

std::string without_controls(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, ' ');
  return std::string{trim(text)};
}

enum class Place : bool { outside, quoted };  // relative to "quoted strings"

// A decoded word in an address: quoted where it has what would mean something there.
std::string as_phrase(std::string_view word, Place place) {
  constexpr std::string_view specials = "()<>[]:;@\\,.\"";  // RFC 5322 §3.2.3
  const bool quote =
      place == Place::outside && word.find_first_of(specials) != std::string_view::npos;
  std::string phrase;
  if (quote) phrase += '"';
  for (const char c : word) {
    if ((quote || place == Place::quoted) && (c == '"' || c == '\\')) phrase += '\\';
    phrase += c;
  }
  if (quote) phrase += '"';
  return phrase;
}

std::string decoded_addresses(std::string_view text) {
  std::string result;
  auto place = Place::outside;
  while (!text.empty()) {
    const auto run = encoded_run(text);
    auto length = run.length;
    if (length > 0) {
      result += as_phrase(run.text, place);
    } else {
      if (text[0] == '"') place = place == Place::quoted ? Place::outside : Place::quoted;
      length = text[0] == '\\' && text.size() > 1 ? 2 : 1;
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result;
}

std::string decoded_body(std::string_view name, std::string_view raw) {
  auto text = guessed_utf8(std::string{raw});
  if (text.find("=?") == std::string::npos || text.size() > longest_decoded)
    return without_controls(std::move(text));
  // Without "@" outside of them, the address itself is in the encoded words.
  const bool addresses = is_address_field(name) && text.find('@') != std::string::npos;
  return without_controls(addresses ? decoded_addresses(text) : decoded_words(text));
}

}  // namespace

std::vector<Field> decoded_fields(const std::vector<RawField>& fields) {
  std::vector<Field> decoded;
  decoded.reserve(fields.size());
  for (const auto& field : fields)
    decoded.push_back({std::string{field.name}, decoded_body(field.name, field.body)});
  return decoded;
}

std::string decoded_field(std::string_view name, std::string_view raw_field_body) {
  std::string unfolded;
  for (auto rest = raw_field_body; !rest.empty();) unfolded += without_line_end(next_line(rest));
  return decoded_body(name, trim(unfolded));
}

}  // namespace quilter::mime
