// Encoded words (RFC 2047): "=?utf-8?q?caf=C3=A9?=".
//
// Promise: linear time; lenient where programs are sloppy: words glued to text or to each other,
// blanks inside, a character split over two words, words longer than 75.
// Error: none; what is no encoded word stays as it is.
// Threads: safe from any, once a Library lives. For core/mime only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quilter::mime {

struct EncodedRun {
  std::size_t length = 0;  // of the words and the blanks between them; 0 where there is none
  std::string text;        // valid UTF-8
};

// The words that `text` begins with: with nothing but blanks between them they are one text (§6.2).
EncodedRun encoded_run(std::string_view text);

// The text with all its encoded words decoded.
std::string decoded_words(std::string_view text);

}  // namespace quilter::mime
