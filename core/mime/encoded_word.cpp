#include "core/mime/encoded_word.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <optional>

#include "core/mail/text.hpp"
#include "core/mime/charset.hpp"

namespace quilter::mime {
namespace {

constexpr std::size_t longest_word = 2000;  // §2 allows 75; some programs never fold

struct Word {
  std::size_t length = 0;
  std::string_view charset;  // without the language of RFC 2231 §5
  char encoding = 'q';
  std::string_view payload;
};

std::optional<Word> word_at(std::string_view text) {
  text = text.substr(0, longest_word);
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() ||
      text[charset_end + 2] != '?')
    return std::nullopt;
  const auto charset = text.substr(2, charset_end - 2);
  const char encoding = to_lower(text[charset_end + 1]);
  const auto end = text.find("?=", charset_end + 3);
  if (end == std::string_view::npos || (encoding != 'b' && encoding != 'q') || charset.empty() ||
      charset.find_first_of(" \t") != std::string_view::npos)
    return std::nullopt;
  return Word{end + 2, charset.substr(0, charset.find('*')), encoding,
              text.substr(charset_end + 3, end - charset_end - 3)};
}

// A word ends its own base64: padding in the middle of a run ends nothing else.
std::string bytes_of(const Word& word) {
  std::string payload{word.payload};
  if (word.encoding == 'q') std::replace(payload.begin(), payload.end(), '_', ' ');  // §4.2
  if (word.encoding == 'b') payload.append((4 - payload.size() % 4) % 4, '=');
  std::string bytes(payload.size() + 8, '\0');
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, word.encoding == 'b'
                                          ? GMIME_CONTENT_ENCODING_BASE64
                                          : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  bytes.resize(g_mime_encoding_flush(&state, payload.data(), payload.size(), bytes.data()));
  return bytes;
}

}  // namespace

EncodedRun encoded_run(std::string_view text) {
  EncodedRun run;
  std::string bytes;  // of words in one charset: people split characters, though §5 forbids it
  std::string_view charset;
  for (auto word = word_at(text); word;) {
    if (!equal_ignoring_case(word->charset, charset)) {
      run.text += to_utf8(bytes, charset);
      bytes.clear();
      charset = word->charset;
    }
    bytes += bytes_of(*word);
    run.length += word->length;
    const auto next = std::min(text.find_first_not_of(" \t", run.length), text.size());
    word = word_at(text.substr(next));
    if (word) run.length = next;
  }
  run.text += to_utf8(bytes, charset);
  return run;
}

std::string decoded_words(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const auto start = std::min(text.find("=?"), text.size());
    decoded += text.substr(0, start);
    text.remove_prefix(start);
    if (text.empty()) break;
    const auto run = encoded_run(text);
    decoded += run.length == 0 ? text.substr(0, 2) : std::string_view{run.text};
    text.remove_prefix(run.length == 0 ? 2 : run.length);
  }
  return decoded;
}

}  // namespace quilter::mime
