// A database with the project "demo", into which mails are recorded.
#pragma once

#include <cstdint>
#include <string>

#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

namespace quilter::test {

inline StoreOptions options_for(const std::string& connection) {
  StoreOptions options;
  options.connection = connection;
  return options;
}

class DemoDatabase : public ReadyDatabase {
 public:
  // Gives its series. Whoever wants neither its text nor its diff records any bytes.
  std::int64_t record(const Submission& submission,
                      const std::string& bytes = "Subject: x\r\n\r\nbody\r\n") {
    RawMessage message;
    message.bytes = bytes;
    const auto outcome = store.record(project, submission, message, {});
    REQUIRE(outcome.status == Status::stored);
    return outcome.series;
  }
  // What ask() gives, without the newline at its end.
  std::string sql(const std::string& statement) const {
    auto said = ask(statement);
    if (said.ends_with('\n')) said.pop_back();
    return said;
  }

  PostgresStore store{options_for(ingest()), {}};
  Project project = store.projects().front();
};

}  // namespace quilter::test
