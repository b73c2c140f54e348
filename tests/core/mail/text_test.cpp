#include "core/mail/text.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using namespace std::string_literals;

TEST_CASE("a whole number is decimal digits that fit, and nothing else") {
  struct Row {
    const char* text;
    std::optional<std::int32_t> want;
  };
  const auto row = GENERATE(values<Row>({{"0", 0},
                                         {"007", 7},
                                         {"2147483647", 2147483647},
                                         {"2147483648", std::nullopt},
                                         {"99999999999999999999", std::nullopt},
                                         {"-1", std::nullopt},
                                         {"+1", std::nullopt},
                                         {" 1", std::nullopt},
                                         {"1x", std::nullopt},
                                         {"", std::nullopt}}));
  CAPTURE(row.text);
  CHECK(whole_number(row.text) == row.want);
}

TEST_CASE("an identifier is letters, digits and the marks that it may have behind the first") {
  struct Row {
    const char* text;
    bool want;
  };
  const auto row = GENERATE(values<Row>({{"a", true},
                                         {"7", true},
                                         {"Zz-9.x", true},
                                         {"a2345678", true},
                                         {"a23456789", false},
                                         {"", false},
                                         {"-a", false},
                                         {"a_b", false},
                                         {"a b", false},
                                         {"a@", false},
                                         {"a[", false},
                                         {"\xc3\xa4", false}}));
  CAPTURE(row.text);
  CHECK(is_identifier(row.text, 8, ".-") == row.want);
}

TEST_CASE("lines come with their ends, the last one also without") {
  std::string_view rest = "a\r\nb\n\nc";
  CHECK(next_line(rest) == "a\r\n");
  CHECK(without_line_end("a\r\n") == "a");
  CHECK(next_line(rest) == "b\n");
  CHECK(next_line(rest) == "\n");
  CHECK(next_line(rest) == "c");
  CHECK(next_line(rest).empty());
}

TEST_CASE("what is no UTF-8 becomes U+FFFD, byte by byte") {
  struct Row {
    std::string bytes;
    std::string want;
  };
  const std::string mark = "\xEF\xBF\xBD";
  const auto row =
      GENERATE_COPY(values<Row>({{"plain", "plain"},
                                 {"Gr\xC3\xB6\xC3\x9F"
                                  "e",
                                  "Größe"},
                                 {"\xF0\x9F\x99\x82", "🙂"},
                                 {"a\0b"s, "a" + mark + "b"},
                                 {"\xE9t\xE9", mark + "t" + mark},
                                 {"\xC0\x80", mark + mark},                        // overlong NUL
                                 {"\xED\xA0\x80", mark + mark + mark},             // surrogate
                                 {"\xF4\x90\x80\x80", mark + mark + mark + mark},  // above U+10FFFF
                                 {"\xE2\x82", mark + mark}}));                     // cut short
  CHECK(valid_utf8(row.bytes) == row.want);
  CHECK(is_valid_utf8(valid_utf8(row.bytes)));
}

TEST_CASE("printable lets nothing through that a terminal or a log reader obeys") {
  CHECK(printable("a\nb\x1b[2Jc\x7f") == "a?b?[2Jc?");
  CHECK(printable("a\xC2\x9B"
                  "b\xE2\x80\xAE"
                  "c\xE2\x80\xA8") == "a?b?c?");
  CHECK(printable("Größe") == "Größe");
  CHECK(printable("\xFF") == "?");
}

TEST_CASE("printable cuts at a character") {
  CHECK(printable("aaö", 4) == "aaö");
  CHECK(printable("aaö", 3) == "aa");
  CHECK(printable("abc", 0).empty());
}

TEST_CASE("split gives the words between the separators") {
  CHECK(split("  a\tb \n c ") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(split("a,b,,c", ",") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(split(" \n").empty());
}

TEST_CASE("a text is sound up to its first malformed octet or NUL, wherever that stands") {
  const auto at = GENERATE(range(0, 50));
  const auto bad = GENERATE(values<char>({'\0', '\x80', '\xC3', '\xFF'}));
  std::string text(50, 'x');
  CHECK(valid_length(text) == 50);
  text[static_cast<std::size_t>(at)] = bad;
  CHECK(valid_length(text) == static_cast<std::size_t>(at));
  CHECK(valid_length("größer, 測試 und 8 octets more") == 34);
}

}  // namespace
}  // namespace quilter
