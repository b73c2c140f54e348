#include "core/mime/read_mail.hpp"

#include "core/mail/text.hpp"
#include "core/mime/fields.hpp"
#include "tests/support/catch.hpp"

namespace quilter::mime {
namespace {

using namespace std::string_literals;

const Library library;

const std::string mark = "\xEF\xBF\xBD";

// The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
std::string lf_end(const std::string& text) {
  return text.ends_with('\n') ? text : text + '\n';
}

std::string only_text(const std::string& message) {
  const auto mail = read_mail(message);
  REQUIRE(mail.parts.size() == 1);
  return mail.parts[0].text;
}

TEST_CASE("header fields are decoded, in order, doubles too") {
  const auto mail = read_mail(
      "From x Sun Mar  1 08:00:00 2026\n"
      "Subject: one\n"
      "X-Folded: a\r\n\tb\n  c\n"
      "this is no field\n"
      "Subject : two\n"
      "Empty:\n"
      "\n"
      "Not-A-Field: x\n");
  REQUIRE(mail.fields.size() == 4);
  CHECK(first(mail, "Subject") == "one");
  CHECK(all(mail, "Subject") == std::vector<std::string_view>{"one", "two"});
  CHECK(first(mail, "X-Folded") == "a b  c");
  CHECK(first(mail, "Empty").empty());
}

TEST_CASE("encoded words and raw bytes become text") {
  struct Row {
    std::string raw;
    std::string want;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"plain", "plain"},
      {"=?utf-8?q?Gr=C3=B6=C3=9Fe?=", "Größe"},
      {"=?UTF-8?B?R3LDtsOfZQ==?= x", "Größe x"},
      {"=?iso-8859-1?Q?caf=E9?=", "café"},
      {"=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c"},
      {"=?utf-8?q?=C3?= =?utf-8?q?=B6?=", "ö"},     // a character torn apart, as some programs do
      {"=?utf-8?b?0LA=?= =?utf-8?b?0LA=?=", "аа"},  // each word padded
      {"=?utf-8?b?w7Y?=", "ö"},                     // no padding
      {"=?utf-8?b?w7Y=?=\t=?iso-8859-1?q?=F6?=", "öö"},
      {"=?utf-8*en?q?=C3=B6?=", "ö"},
      {"a=?utf-8?q?=C3=B6?=b", "aöb"},
      {"=?utf-8?x?0LA=?= =? =?= =??q?x?=", "=?utf-8?x?0LA=?= =? =?= =??q?x?="},
      {"=?utf-8?q?forged=0AX-Field:_x?=", "forged X-Field: x"},
      {"=?utf-8?q?never closed", "=?utf-8?q?never closed"},
      {"Gr\xC3\xB6\xC3\x9F"
       "e",
       "Größe"},
      {"caf\xE9 \x80", "café €"},
      {"cut\0here"s, "cut" + mark + "here"},
      {"", ""},
  }));
  CAPTURE(row.raw);
  CHECK(decoded_field("", row.raw) == row.want);
  CHECK(first(read_mail("Subject: " + row.raw + "\n\n"), "Subject") == row.want);
}

TEST_CASE("an unknown charset gives readable UTF-8") {
  CHECK(is_valid_utf8(decoded_field("", "=?x-nobody-knows?q?caf=E9?=")));
  CHECK(is_valid_utf8(decoded_field("", "=?utf-8?q?=FF=FE?=")));
}

TEST_CASE("what is decoded in an address cannot split it") {
  struct Row {
    const char* raw;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"=?utf-8?q?M=C3=BCller=2C_Ann?= <ann@x.org>", "\"Müller, Ann\" <ann@x.org>"},
      {"\"=?utf-8?q?M=C3=BCller=2C_Ann?=\" <ann@x.org>", "\"Müller, Ann\" <ann@x.org>"},
      {"=?utf-8?q?Ann?= =?utf-8?q?_M=C3=BCller?= <ann@x.org>", "Ann Müller <ann@x.org>"},
      {"=?utf-8?q?=22A=22?= <ann@x.org>", "\"\\\"A\\\"\" <ann@x.org>"},
      {"=?utf-8?q?Ann_=3Cann=40x=2Eorg=3E?=", "Ann <ann@x.org>"},
  }));
  CAPTURE(row.raw);
  CHECK(first(read_mail("From: "s + row.raw + "\n\n"), "From") == row.want);
}

TEST_CASE("a body is decoded as declared, or as its bytes look") {
  struct Row {
    std::string type;
    std::string body;
    std::string want;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"text/plain; charset=utf-8",
       "Gr\xC3\xB6\xC3\x9F"
       "e\n",
       "Größe\n"},
      {"text/plain; charset=iso-8859-1", "caf\xE9\n", "café\n"},
      {"text/plain; charset=koi8-r", "\xF0\xF2\xE9\n", "ПРИ\n"},
      {"text/plain; charset=utf-8", "caf\xE9 \xC3\xB6\n", "café ö\n"},
      {"text/plain; charset=us-ascii", "caf\xE9\n", "café\n"},
      {"text/plain; charset=x-unknown-9", "caf\xE9\n", "café\n"},
      {"text/plain; charset=\"utf-8//IGNORE\"", "caf\xE9\n", "café\n"},
      {"text/plain; charset=euc-jp", "\xFF\xFE!\n", "ÿþ!\n"},
      {"text/plain", "caf\xE9\n", "café\n"},
      {"nonsense", "x\n", "x\n"},
      {"text/plain", "a\0b\n"s, "a" + mark + "b\n"},
      {"text/plain", "a\r\nb\r\n", "a\nb\n"},
      {"text/plain; format=flowed; delsp=yes", "a \nb\n", "ab\n"},
      {"text/html; charset=utf-8", "<pre>a &lt; b</pre>\n", "a < b\n"},
  }));
  CAPTURE(row.type, row.body);
  CHECK(only_text("Content-Type: " + row.type + "\n\n" + row.body) == row.want);
}

TEST_CASE("transfer encodings are undone, and a file's own CRs kept") {
  struct Row {
    std::string encoding;
    std::string body;
    std::string want;
  };
  const auto row = GENERATE(values<Row>({
      {"quoted-printable", "a=3Db=\nc\n", "a=bc\n"},
      {"quoted-printable", "a\r\nb\r\n", "a\nb\n"},
      {"quoted-printable", "a\n+b=0D\n", "a\n+b\r\n"},
      {"base64", "YQ0KYg0K\n", "a\nb\n"},
      {"base64", "YQ0KYgo=\n", "a\nb\n"},    // the footer of a list behind it
      {"base64", "YQpiDQo=\n", "a\nb\r\n"},  // the patched file's own
      {"base64", "YQ!*pi\n", "a\nb"},
      {"base64", "YQpi\n_______________\nfoo mailing list\n", "a\nb"},
      {"8bit", "a\r\n+b\n", "a\n+b\n"},
      {"x-nonsense", "a\n", "a\n"},
  }));
  CAPTURE(row.encoding, row.body);
  CHECK(only_text("Content-Transfer-Encoding: " + row.encoding + "\n\n" + row.body) == row.want);
}

std::string multipart(const std::string& kind, const std::vector<std::string>& parts) {
  std::string message = "Content-Type: multipart/" + kind + "; boundary=B\n\n";
  for (const auto& part : parts) message += "--B\n" + part + "\n";
  return message + "--B--\n";
}

TEST_CASE("of a tree the text parts are left") {
  const std::string plain = "Content-Type: text/plain\n\nhello\n";
  const std::string html = "Content-Type: text/html\n\n<b>hello</b>\n";
  struct Row {
    std::string message;
    std::vector<std::string> want;  // "media type|file name|a|text"
  };
  const auto row = GENERATE_COPY(values<Row>({
      {multipart("alternative", {plain, html}), {"text/plain||-|hello\n"}},
      {multipart("alternative", {html}), {"text/html||-|hello\n"}},
      {multipart("signed", {plain, "Content-Type: application/pgp-signature\n\nx\n"}),
       {"text/plain||-|hello\n"}},
      {multipart("mixed", {plain,
                           "Content-Type: text/x-patch\nContent-Disposition: attachment; "
                           "filename=\"1.patch\"\n\nx\n"}),
       {"text/plain||-|hello\n", "text/x-patch|1.patch|a|x\n"}},
      {multipart("mixed", {"Content-Type: application/octet-stream; name=\"1.DIFF\"\n\nx\n"}),
       {"application/octet-stream|1.DIFF|-|x\n"}},
      {multipart("mixed", {"Content-Type: application/octet-stream; name=\"1.exe\"\n"
                           "Content-Transfer-Encoding: base64\n\neAB5\n",
                           "Content-Type: application/x-msdownload\n\nx\n", "\nno type\n"}),
       {"text/plain||-|no type\n"}},
      {multipart("mixed", {"Content-Type: application/octet-stream; name=0001-x\n\nx\n"}),
       {"application/octet-stream|0001-x|-|x\n"}},
      {multipart("mixed", {"Content-Type: text/html\n\n<p>body</p>\n", plain}),
       {"text/html||-|body\n\n", "text/plain||-|hello\n"}},
      {multipart("mixed", {plain, "Content-Type: text/html\n\n<p>again</p>\n"}),
       {"text/plain||-|hello\n"}},
      {multipart("alternative", {"Content-Type: text/html\n\n<p>a</p>\n", plain}),
       {"text/plain||-|hello\n"}},
      {multipart("alternative",
                 {"Content-Type: text/plain\n\n\n", "Content-Type: text/html\n\n<p>a</p>\n"}),
       {"text/plain||-|\n", "text/html||-|a\n\n"}},
      {multipart("alternative", {plain, "Content-Type: text/enriched\n\n<bold>a</bold>\n"}),
       {"text/plain||-|hello\n"}},
      {multipart("mixed", {"Content-Type: text/x-diff; name*=utf-8''%C3%B6.diff\n\nx\n"}),
       {"text/x-diff|ö.diff|-|x\n"}},
      {multipart("mixed", {plain, "Content-Type: message/rfc822\n\nSubject: y\n\ninner\n"}),
       {"text/plain||-|hello\n", "text/plain||a|inner\n"}},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n" + plain, {"text/plain||-|hello\n"}},
      {"Content-Type: multipart/mixed; boundary=B\n\nhello\n", {"text/plain||-|hello\n"}},
      {"Content-Type: multipart/mixed\n\nhello\n", {"text/plain||-|hello\n"}},
      {"Content-Type: image/png\n\nx\n", {}},
  }));
  CAPTURE(row.message);
  std::vector<std::string> got;
  for (const auto& part : read_mail(row.message).parts)
    got.push_back(part.media_type + "|" + part.file_name + "|" + (part.attachment ? "a" : "-") +
                  "|" + lf_end(part.text));
  CHECK(got == row.want);
}

TEST_CASE("bombs are defused") {
  std::string nested;
  for (int i = 0; i < 20'000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=B" + std::to_string(i) + "\n\n--B" +
              std::to_string(i) + "\n";
  CHECK(read_mail(nested + "\ndeep\n").parts.size() == 1);
  std::string wide = "Content-Type: multipart/mixed; boundary=B\n\n";
  for (std::size_t i = 0; i < max_parts + 100; ++i) wide += "--B\n\nx\n";
  CHECK(read_mail(wide).parts.size() == max_parts);
  std::string fields;
  for (std::size_t i = 0; i < max_fields + 100; ++i) fields += "A: b\n";
  CHECK(read_mail(fields).fields.size() == max_fields);
}

// 70 parts in parts, each opened by a field that begins as told.
std::string nested_by(const std::string& field) {
  std::string nested = "Content-Type: multipart/mixed; boundary=B\n\n--B\n";
  for (int i = 0; i < 70; ++i) {
    const auto boundary = "B" + std::to_string(i);
    nested.append(field).append("multipart/mixed; boundary=" + boundary + "\n\n--" + boundary +
                                "\n");
  }
  return nested + "\ndeep\n";
}

TEST_CASE("a bomb is one text, however its levels are written") {
  const auto field = GENERATE(values<std::string>({
      "Content-Type: ",
      "CONTENT-TYPE:",
      "Content-Type : ",
      "Content-Type: (x) ",
      "Content-Type: (multi (x)) ",
      "Content-Type:" + std::string(300, ' '),
      "Content-Type:\n (folded\r\n\there) ",
  }));
  CAPTURE(field);
  CHECK(only_text(nested_by(field)).starts_with("--B\n"));
  CHECK(only_text("Content-Type: (x) MULTI" + nested_by(field).substr(19)).starts_with("--B\n"));
}

TEST_CASE("more boundaries or fields than are worth building are one text") {
  std::string digest = "Content-Type: multipart/digest; boundary=B\n\n";
  for (std::size_t i = 0; i < 51 * max_parts; ++i) digest += "--B\n\n\n";
  CHECK(only_text(digest).starts_with("--B\n"));
  std::string fielded = "Content-Type: multipart/mixed; boundary=B\n\n--B\n";
  for (std::size_t i = 0; i < 21 * max_fields; ++i) fielded += "A:\n";
  CHECK(only_text(fielded + "\nx\n").starts_with("--B\n"));
}

TEST_CASE("plain text about parts is no bomb") {
  const auto type = GENERATE(values<std::string>(
      {"", "Content-Type: text/plain\n", "Content-Type: (multipart/mixed) text/plain\n"}));
  CAPTURE(type);
  std::string lines;
  for (int i = 0; i < 201; ++i) lines += "Content-Type: multipart/mixed\n";
  CHECK(only_text("Subject: x\n" + type + "\n" + lines) == lines);
}

TEST_CASE("a multipart that is too deep is not opened") {
  std::string nested;
  for (std::size_t i = 0; i < max_depth + 5; ++i)
    nested += "Content-Type: multipart/mixed; boundary=B" + std::to_string(i) + "E\n\n--B" +
              std::to_string(i) + "E\n";
  const auto mail = read_mail(nested + "\ndeep\n");
  REQUIRE(mail.parts.size() == 1);  // as one text: nothing is lost
  CHECK(mail.parts[0].text.find("B5E") != std::string::npos);
}

TEST_CASE("the fingerprint stays the same on every way, and only for the same mail") {
  const auto print = [](const std::string& bytes) { return read_mail(bytes).fingerprint; };
  const auto one = print("From: Ann <a@x.org>\nSubject: a long one\nDate: x\n\nhello\nthere\n");
  CHECK(one.size() == 64);
  CHECK(print("Received: by mx\r\nFrom: Ann <a@x.org>\r\nX-Spam: no\r\nDate: x\r\nSubject: a "
              "long\r\n\tone\r\n\r\nhello\r\n"
              "there\r\n\r\n\r\n") == one);
  CHECK(print("From: Ann <a@x.org>\nSubject: a long one\nDate: x\n\nhello\nthere!\n") != one);
  CHECK(print("From: Ann <a@x.org>\nSubject: another one\nDate: x\n\nhello\nthere\n") != one);
  CHECK(print("From: Ann <a@x.org>\nSubject: a long one\nDate: y\n\nhello\nthere\n") != one);
  CHECK(print("Message-ID: <1@x.org>\n\nhello\n").empty());  // nobody asks for it then
  CHECK(print("Message-ID: unreadable\n\nhello\n").size() == 64);
}

TEST_CASE("any bytes are a mail") {
  const auto bytes = GENERATE(
      values<std::string>({"", "\n", "\r\n", "x", "From ", ":", ": x\n", "\0\0\0"s, "\n\n\n",
                           "Content-Type:\n\nx", "Content-Type: multipart/mixed; boundary=\n\nx",
                           "Content-Type: text/plain; charset\n\nx", " a: b\n\nx"}));
  const auto mail = read_mail(bytes);
  CHECK(mail.fingerprint.size() == 64);
  for (const auto& part : mail.parts) CHECK(is_valid_utf8(part.text));
}

}  // namespace
}  // namespace quilter::mime
