#include "core/store/connection_text.hpp"

#include <string>

#include "tests/support/catch.hpp"

using quilter::without_passwords;

TEST_CASE("a connection string is shown without its passwords") {
  struct Row {
    const char* connection;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"", ""},
      {"dbname=quilter", "dbname=quilter"},
      {"password=secret", "password=***"},
      {"host=db password=secret dbname=quilter", "host=db password=*** dbname=quilter"},
      {"host=db  password = secret  dbname=q", "host=db  password = ***  dbname=q"},
      {"password='a b' user=x", "password=*** user=x"},
      {R"(password='it\'s here' user=x)", "password=*** user=x"},
      {R"(password=a\ b user=x)", "password=*** user=x"},
      {"password='never closed user=x", "password=***"},
      {R"(password=ends\)", "password=***"},
      {"password=", "password=***"},
      {"password", "***"},
      {"host=db password=two words dbname=q", "host=db password=*** *** dbname=q"},
      {"sslpassword=secret user=x", "sslpassword=*** user=x"},
      {"passfile=/etc/pw user='password=shown'", "passfile=/etc/pw user='password=shown'"},
      {"= = password=secret", "= = password=***"},
      {"postgresql://host/quilter", "postgresql://host/quilter"},
      {"postgresql://user@host/quilter", "postgresql://user@host/quilter"},
      {"postgresql://user:secret@host:5432/quilter", "postgresql://user:***@host:5432/quilter"},
      {"postgres://user:s:e@c@host/quilter", "postgres://user:***@host/quilter"},
      {"postgresql://host:5432/q?password=secret&user=x",
       "postgresql://host:5432/q?password=***&user=x"},
      {"postgresql://host/q?user=x&sslpassword=y", "postgresql://host/q?user=x&sslpassword=***"},
      {"postgresql://host/q?application_name=a@b", "postgresql://host/q?application_name=a@b"},
      {"postgresql://u:s?e@host/q?user=x", "postgresql://u:***@host/q?user=x"},
      {"postgresql://u:s?e=c@host?password=y", "postgresql://u:***@host?password=***"},
      {"postgresql://u?x=y:s@host?password=y", "postgresql://u?x=y:***@host?password=***"},
      {"postgresql://host?password=s@host/q", "postgresql://host?password=***"},
      {"postgresql://host/q?password=s?e=c&user=x", "postgresql://host/q?password=***&user=x"},
      {"postgresql://host/q?%70assword=secret", "postgresql://host/q?%70assword=***"},
      {"postgresql://host/q?ssl%70asswor%64=secret%", "postgresql://host/q?ssl%70asswor%64=***"},
      {"postgresql://u:se@c?ret@host/q", "postgresql://u:***@c?***"},
      {"postgresql://", "postgresql://"},
      {"postgresql://?", "postgresql://?"},
  }));
  CAPTURE(row.connection);
  CHECK(without_passwords(row.connection) == row.want);
}

TEST_CASE("a connection string of any kind is shown in linear time") {
  CHECK(without_passwords(std::string(1'000'000, '=')).size() == 1'000'000);
  CHECK(without_passwords("postgres://" + std::string(1'000'000, '&')).size() == 1'000'011);
  CHECK(without_passwords("postgres://?" + std::string(1'000'000, '&')).size() == 1'000'012);
}

TEST_CASE("an error that quotes a password is not shown") {
  struct Row {
    std::string connection, error, want;
  };
  const std::string hidden = "libpq cannot use this connection string";
  const auto row = GENERATE_COPY(values<Row>({
      {"host=db dbname=q", R"(role "x" does not exist)", R"(role "x" does not exist)"},
      {"host=db dbname=q", R"(database "q" does not exist)", R"(database "q" does not exist)"},
      {"user=q password=secret", R"(invalid value "secret" for)", hidden},
      {"password=two words", R"(missing "=" after "words" in connection info string)", hidden},
      {"secret", R"(missing "=" after "secret" in connection info string)", hidden},
      {"user=q password=q", R"(role "q" does not exist)", R"(role "q" does not exist)"},
      {"postgresql://u:pa@ss@host/q", R"(could not translate host name "ss@host" to)", hidden},
      {"password=secret", "", ""},
  }));
  CHECK(quilter::without_passwords_of(row.connection, row.error) == row.want);
}
