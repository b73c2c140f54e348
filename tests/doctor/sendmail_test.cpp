#include "cli/doctor/sendmail.hpp"

#include "tests/support/catch.hpp"

using namespace quilter::doctor;
using Catch::Matchers::Contains;

namespace {

Findings findings_of(const std::string& sendmail_cf) {
  const OurSide ours{*endpoint_of("unix:/run/quilter/quilter.sock"), 1 << 26,
                     std::chrono::seconds{5}};
  return sendmail_findings(sendmail_cf, ours,
                           [](const auto& one, const auto& other) { return one == other; });
}

}  // namespace

TEST_CASE("a Sendmail that is set up as the documents say is well") {
  CHECK(
      findings_of("O Timeout.queuereturn=5d\n"
                  "O InputMailFilters=clamav, quilter\n"
                  "Xclamav, S=local:/run/clamav.sock, F=\n"
                  "Xquilter, S=unix:/run/quilter/quilter.sock, F=T, T=C:30s;S:30s;R:60s;E:5m\n") ==
      Findings{ok("Sendmail hands us its mail, as quilter")});
}

TEST_CASE("Sendmail stays root unless its configuration says otherwise") {
  CHECK(run_as_user("") == "root");
  CHECK(run_as_user("#O RunAsUser=smmsp\nO DefaultUser=mail:mail\n") == "root");
  CHECK(run_as_user("O RunAsUser=smmta:smmsp\n") == "smmta");
}

TEST_CASE("each fault of sendmail.cf is told") {
  struct Row {
    const char* sendmail_cf;
    Level level;
    const char* text;
  };
  const auto row = GENERATE(values<Row>({
      {"", Level::wrong, "has no filter at unix:/run/quilter/quilter.sock"},
      {"Xother, S=unix:/run/other, F=T\nO InputMailFilters=other\n", Level::wrong, "no filter at"},
      {"Xq, S=unix:/run/quilter/quilter.sock\nO InputMailFilters=q\n", Level::wrong,
       "has no F=: with the daemon away mail is passed unrecorded"},
      {"Xq, S=local:/run/quilter/quilter.sock, F=R\nO InputMailFilters=q\n", Level::wrong,
       "mail is refused"},
      {"Xq, S=unix:/run/quilter/quilter.sock, F=T\n", Level::wrong, "InputMailFilters"},
      {"Xq, S=unix:/run/quilter/quilter.sock, F=T\nO InputMailFilters=q,r\n", Level::warning,
       "is not the last one"},
      {"Xq, S=unix:/run/quilter/quilter.sock, F=T, T=R:3s\nO InputMailFilters=q\n", Level::wrong,
       "R:3s"},
      {"Xq, S=unix:/run/quilter/quilter.sock, F=T, T=E:10s\nO InputMailFilters=q\n", Level::wrong,
       "E:10s"},
  }));
  CAPTURE(row.sendmail_cf);
  const auto findings = findings_of(row.sendmail_cf);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].level == row.level);
  CHECK_THAT(findings[0].text, Contains(row.text));
  CHECK_THAT(findings[0].command, Contains("/etc/mail/sendmail.mc") &&
                                      Contains("INPUT_MAIL_FILTER(`") &&
                                      Contains("make -C /etc/mail"));
}
