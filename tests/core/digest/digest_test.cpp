#include "core/digest/digest.hpp"

#include "tests/support/catch.hpp"

namespace quilter {

TEST_CASE("sha1 is that of FIPS 180") {
  Sha1Digester digester;
  digester.add("a");
  digester.add("bc");
  CHECK(hex(digester.take()) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(digester.take()) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_CASE("sha256 is that of FIPS 180, also over NUL bytes") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string_view{"\0", 1}) ==
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_CASE("lock_hash is FNV-1a, and stays it") {
  STATIC_REQUIRE(lock_hash("") == 0xcbf29ce484222325ULL);
  STATIC_REQUIRE(lock_hash("a") == 0xaf63dc4c8601ec8cULL);
  STATIC_REQUIRE(lock_hash("foobar") == 0x85944171f73967e8ULL);
}

}  // namespace quilter
