#include "core/mail/classify.hpp"
#include "core/mail/text.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/each_text.hpp"
#include "tests/support/hostile_mails.hpp"

namespace quilter::mime {
namespace {

const Library gmime;

// Whether time and memory grow with the size alone is measured by bench_hostile.
TEST_CASE("whatever a mail holds, what is read of it is valid UTF-8 without NUL") {
  const auto& hostile =
      GENERATE(from_range(test::hostile_mails.begin(), test::hostile_mails.end()));
  CAPTURE(hostile.name);
  ListProfile list;
  list.list_addresses = {"l@x.org"};
  const auto mail = read_mail(hostile.make(300'000));
  const auto classified = classify(mail, list);
  bool sound = true;
  const auto check = [&](std::string_view text) { sound &= valid_length(text) == text.size(); };
  test::each_text(mail, check);
  test::each_text(classified, check);
  CHECK(sound);
}

}  // namespace
}  // namespace quilter::mime
