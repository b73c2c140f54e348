#include "core/mime/charset.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "core/mail/text.hpp"

namespace quilter::mime {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// windows-1252, 80 to 9F; 0 where it has nothing.
constexpr std::array<char16_t, 32> upper_1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// Names that say no more than "bytes", or that are often wrong.
constexpr std::array<std::string_view, 8> guessed_names{
    "", "utf-8", "utf8", "us-ascii", "ascii", "x-unknown", "unknown-8bit", "default"};
constexpr std::array<std::string_view, 6> western_names{"iso-8859-1", "iso8859-1",    "iso_8859-1",
                                                        "latin1",     "windows-1252", "cp1252"};

void append_1252(std::string& text, char byte) {
  const auto octet = static_cast<unsigned char>(byte);
  const unsigned point = octet >= 0x80 && octet < 0xA0 ? upper_1252[octet - 0x80U] : octet;
  if (point == 0) {  // NUL, too
    text += replacement;
  } else if (point < 0x80) {
    text += byte;
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0U | (point >> 6U));
    text += static_cast<char>(0x80U | (point & 0x3FU));
  } else {
    text += static_cast<char>(0xE0U | (point >> 12U));
    text += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (point & 0x3FU));
  }
}

std::string from_1252(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char byte : bytes) append_1252(text, byte);
  return text;
}

class Converter {
 public:
  explicit Converter(const std::string& charset)
      : handle_{g_mime_iconv_open("UTF-8", charset.c_str())} {}
  ~Converter() {
    if (known()) g_mime_iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool known() const {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv_open(3) gives this value for an error.
    return handle_ != reinterpret_cast<iconv_t>(-1);
  }

  // Nothing where the bytes do not fit.
  std::optional<std::string> convert(std::string_view bytes) {
    std::string input{bytes};
    char* in = input.data();
    std::size_t in_left = input.size();
    std::string text;
    std::array<char, 4096> chunk{};
    for (bool flushing = false;;) {
      char* out = chunk.data();
      std::size_t out_left = chunk.size();
      const auto result = iconv(handle_, flushing ? nullptr : &in, &in_left, &out, &out_left);
      const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
      text.append(chunk.data(), chunk.size() - out_left);
      if (error != 0 && error != E2BIG) return std::nullopt;
      if (error == 0 && flushing) return text;
      flushing = error == 0;
    }
  }

 private:
  iconv_t handle_;
};

// iconv takes "//IGNORE" and its like as orders; a mail gives none.
bool is_charset_name(std::string_view name) {
  return name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
           return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

template <typename Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string guessed_utf8(std::string bytes) {
  auto length = valid_length(bytes);
  if (length == bytes.size()) return bytes;
  std::string text;
  text.reserve(bytes.size());
  for (std::string_view rest{bytes}; !rest.empty(); length = valid_length(rest)) {
    text += rest.substr(0, length);
    rest.remove_prefix(length);
    if (rest.empty()) break;
    append_1252(text, rest[0]);
    rest.remove_prefix(1);
  }
  return text;
}

std::string to_utf8(std::string bytes, std::string_view declared_charset) {
  const auto charset = lower(trim(declared_charset));
  if (has(guessed_names, charset) || !is_charset_name(charset))
    return guessed_utf8(std::move(bytes));
  if (has(western_names, charset)) return from_1252(bytes);
  Converter converter{charset};
  if (!converter.known()) return guessed_utf8(std::move(bytes));
  const auto text = converter.convert(bytes);
  return text ? valid_utf8(*text) : guessed_utf8(std::move(bytes));
}

}  // namespace quilter::mime
