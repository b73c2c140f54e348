#include "core/mail/trailers.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("trailers are read where a line starts with one") {
  struct Row {
    const char* content;
    std::vector<Trailer> want;
  };
  const auto row = GENERATE(values<Row>({
      {"mend it\n\nSigned-off-by: Ann <a@x.org>\nReviewed-by: Ben <b@x.org>\n",
       {{"Signed-off-by", "Ann <a@x.org>"}, {"Reviewed-by", "Ben <b@x.org>"}}},
      {"LGTM\n\nacked-BY: Ann <a@x.org>\n", {{"acked-BY", "Ann <a@x.org>"}}},
      {"Tested-by:Ann <a@x.org>  \n", {{"Tested-by", "Ann <a@x.org>"}}},
      {"Fixes: 0123456789ab (\"a long\n  title\")\n",
       {{"Fixes", "0123456789ab (\"a long title\")"}}},
      {"Reported-and-tested-by: Ann <a@x.org> # arm64\n",
       {{"Reported-and-tested-by", "Ann <a@x.org> # arm64"}}},
      {"Closes: https://x.org/1\nLink: https://x.org/2\nCc: stable\n",
       {{"Closes", "https://x.org/1"}, {"Link", "https://x.org/2"}, {"Cc", "stable"}}},
      {"> Reviewed-by: Ann <a@x.org>\n", {}},
      {"  Reviewed-by: Ann <a@x.org>\n", {}},
      {"Reviewed-by:\n", {}},
      {"Note: this is prose\nStand-by: -by: x\n", {{"Stand-by", "-by: x"}}},
      {"Signed-off-by: Ann <a@x.org>\n---\nReviewed-by: Ben <b@x.org>\n",
       {{"Signed-off-by", "Ann <a@x.org>"}}},
      {"Signed-off-by: Ann <a@x.org>\r\nnext\r\n", {{"Signed-off-by", "Ann <a@x.org>"}}},
      {"", {}},
  }));
  CAPTURE(row.content);
  CHECK(trailers(row.content) == row.want);
}

TEST_CASE("the first max_trailers of a mail are kept") {
  std::string content;
  for (std::size_t i = 0; i < max_trailers; ++i) content += "Cc: " + std::to_string(i) + "\n";
  const auto all = trailers(content);
  REQUIRE(all.size() == max_trailers);
  CHECK(trailers(content + "Cc: one more\n and more\n") == all);
  CHECK(trailers(content + " folded\n").back().value == all.back().value + " folded");
}

}  // namespace
}  // namespace quilter
