#include "core/store/pool.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

TEST_CASE("every connection string gets bounds, and keeps its own") {
  CHECK_THAT(with_bounds("dbname=x"), Contains("connect_timeout=5 ") && Contains(" dbname=x"));
  CHECK_THAT(with_bounds("postgresql://h/x"),
             Contains("postgresql://h/x?connect_timeout=5&tcp_user_timeout=10000"));
  CHECK_THAT(with_bounds("postgres://h/x?user=y"),
             Contains("?connect_timeout=5&") && EndsWith("&user=y"));
  CHECK_THAT(with_bounds("postgresql://h/x?connect_timeout=60"), EndsWith("&connect_timeout=60"));
  CHECK_THAT(with_bounds("postgresql://u:a?b@h/x"),
             Contains("postgresql://u:a?b@h/x?connect_timeout=5&") && EndsWith("=quilter"));
  const auto password = with_bounds("dbname=x password='a://b'");
  CHECK_THAT(password, Contains("connect_timeout=5 ") && Contains("password='a://b'"));
}
