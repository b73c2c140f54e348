#include "core/mime/text_part.hpp"

#include "tests/support/catch.hpp"

namespace quilter::mime {
namespace {

TEST_CASE("line ends become LF") {
  CHECK(lf_line_ends("a\r\nb\r\r\nc\rd\r\n\r\n") == "a\nb\r\nc\rd\n\n");
  CHECK(lf_line_ends("a\r") == "a\r");
}

TEST_CASE("CRs that only some lines have are the file's own") {
  CHECK(without_transport_crs("a\r\nb\r\nc") == "a\nb\nc");
  CHECK(without_transport_crs("a\nb\r\nc\n") == "a\nb\r\nc\n");
  CHECK(without_transport_crs("\na\r\n") == "\na\r\n");
}

TEST_CASE("flowed text is put together again") {
  struct Row {
    const char* text;
    DelSp delsp;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"one \ntwo\nthree\n", DelSp::no, "one two\nthree\n"},
      {"one \ntwo\n", DelSp::yes, "onetwo\n"},
      {"  stuffed\n >no quote\n From here\n", DelSp::no, " stuffed\n>no quote\nFrom here\n"},
      {"> one \n> two\nmine\n", DelSp::no, "> one two\nmine\n"},
      {"> one \nmine\n", DelSp::no, "> one \nmine\n"},
      {"> > other marks\n>> both\n>\n", DelSp::no, "> > other marks\n>> both\n>\n"},
      {"text \n-- \nAnn\n", DelSp::no, "text \n-- \nAnn\n"},
      {"open \n", DelSp::no, "open \n"},
      {"", DelSp::no, ""},
  }));
  CAPTURE(row.text);
  CHECK(unflowed(row.text, row.delsp) == row.want);
}

TEST_CASE("HTML loses its tags") {
  CHECK(without_tags("<p class=\"x\">a &lt;b&gt; &amp;lt;</p>c<BR/>d") == "a <b> &lt;\nc\nd");
  CHECK(without_tags("a < b") == "a < b");
  CHECK(without_tags(std::string(300'000, '<')).size() == 300'000);
}

}  // namespace
}  // namespace quilter::mime
