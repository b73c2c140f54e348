#include "core/mail/mail.hpp"

#include "tests/support/catch.hpp"

namespace quilter {

TEST_CASE("of doubled fields the first counts, and all are there in order") {
  const Mail mail{{{"Subject", "one"}, {"To", "x"}, {"SUBJECT", "two"}}, {}, {}};
  CHECK(first(mail, "subject") == "one");
  CHECK(all(mail, "Subject") == std::vector<std::string_view>{"one", "two"});
  CHECK(first(mail, "Date").empty());
  CHECK(all(mail, "Date").empty());
}

}  // namespace quilter
