// Examination: what `quilter doctor` asks of a database, question by question, by a connection of
// its own.
//
// Promise: changes nothing, but for the record in the server's log that require_commits() makes.
// Errors: StoreError. It waits for as long as the server does not answer: bound it from outside.
// Owns: its connection.
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/store/options.hpp"

namespace quilter {

struct ServerFacts {
  std::string version;
  std::string host, port;  // as libpq has them: a host may be the folder of a socket
  std::string own_port;    // the server's: another one behind a PgBouncer
  std::string database, role;
};

struct ServerSetting {
  std::string name, value;
  std::string source;  // of pg_settings: "configuration file", "database", "user" …
};

struct DurabilityFacts {
  bool in_recovery = false;
  ServerSetting read_only;              // default_transaction_read_only
  std::vector<ServerSetting> settings;  // fsync, full_page_writes, synchronous_commit
};

// "INSERT on person", "UPDATE of name on person".
struct RightsFacts {
  bool has_schema = false;  // without one, the rest says nothing
  bool superuser = false;
  bool owner = false;   // of the schema's tables
  bool ingest = false;  // has the rights of role quilter_ingest
  std::vector<std::string> lacking, needless;
};

struct ProjectFacts {
  std::int64_t tracked = 0, all = 0;
};

class Examination {
 public:
  explicit Examination(const StoreOptions& options);  // connects
  ~Examination();
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;

  ServerFacts server();
  int schema_version();  // 0: there is none; StoreError also where it may not be read
  RightsFacts rights();  // beside those of schema/grants.sql
  ProjectFacts projects();
  DurabilityFacts durability();
  std::chrono::system_clock::time_point now();  // by the server's clock
  void require_excluding_locks();
  void require_commits();

 private:
  struct Session;
  StoreOptions options_;
  std::unique_ptr<Session> session_;
};

}  // namespace quilter
