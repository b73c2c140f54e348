#include "core/mail/clearsigned.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("a clear-signed text loses signature and escapes") {
  CHECK(without_clearsigning("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nmend it\n- ---\n"
                             "- -x\n+y\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n"
                             "-----END PGP SIGNATURE-----\nfooter\n") ==
        "mend it\n---\n-x\n+y\nfooter\n");
}

TEST_CASE("other texts stay as they are") {
  const auto* text =
      GENERATE("- a list\n- of things\n", "", "> -----BEGIN PGP SIGNED MESSAGE-----\n>\n> - -x\n");
  CHECK(without_clearsigning(text) == text);
}

TEST_CASE("a signature that is missing loses nothing") {
  CHECK(without_clearsigning("-----BEGIN PGP SIGNED MESSAGE-----\n\nmend it\n") == "mend it\n");
}

}  // namespace
}  // namespace quilter
