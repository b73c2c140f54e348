#include "milter/reply.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::milter;

TEST_CASE("every outcome but a passing failure lets the message go on") {
  struct Row {
    Status status;
    sfsistat verdict;
    const char* code;
    const char* enhanced;
  };
  const auto row = GENERATE(values<Row>({
      {Status::ignored, SMFIS_CONTINUE, "", ""},
      {Status::already_stored, SMFIS_CONTINUE, "", ""},
      {Status::stored, SMFIS_CONTINUE, "", ""},
      {Status::spooled, SMFIS_CONTINUE, "", ""},
      {Status::set_aside, SMFIS_CONTINUE, "", ""},
      {Status::try_later, SMFIS_TEMPFAIL, "451", "4.3.0"},
  }));
  CAPTURE(static_cast<int>(row.status));
  const auto& reply = reply_to(row.status);
  CHECK(reply.verdict == row.verdict);
  CHECK(std::string{reply.code} == row.code);
  CHECK(std::string{reply.enhanced} == row.enhanced);
}
