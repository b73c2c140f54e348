// Service: a real quilterd on a database of its own, and the mail that one sends it.
//
// Errors: as of its parts.
// Threads: none; a local of one test.
#pragma once

#include <string>

#include "core/store/archive.hpp"
#include "tests/support/daemon.hpp"
#include "tests/support/fake_mta.hpp"

namespace quilter::test {

inline const std::string diff =
    "---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n";

inline Delivery patch(const std::string& id, const std::string& subject = " [PATCH] mend it") {
  return {.reverse_path = "<ann@example.org>",
          .forward_paths = {"<demo@lists.example.org>"},
          .header = {{"From", " Ann <ann@example.org>"},
                     {"Date", " Mon, 2 Nov 2026 10:00:00 +0000"},
                     {"Message-ID", " <" + id + ">"},
                     {"Subject", subject},
                     {"List-Id", " Demo\n\t<demo.lists.example.org>"}},
          .body = "Why.\r\n" + diff,
          .queue_id = "4F3A1"};
}

struct Service {
  explicit Service(const std::string& more_configuration = "")
      : daemon{database.ingest(), more_configuration} {}
  ReadyDatabase database;
  Daemon daemon;
  Archive archive() const { return Archive{database.owner()}; }  // each sees what is there by then

  FakeMta mta() const {
    FakeMta mta{daemon.address()};
    mta.negotiate();
    return mta;
  }
  std::int64_t messages() const { return archive().projects().front().messages; }

  void take_database_away() const {
    in_server("ALTER DATABASE " + database.name() + " WITH ALLOW_CONNECTIONS false");
    in_server("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
              database.name() + "'");
  }
  void give_database_back() const {
    in_server("ALTER DATABASE " + database.name() + " WITH ALLOW_CONNECTIONS true");
  }

 private:
  static void in_server(const std::string& statement) {
    output_of("psql -qX -v ON_ERROR_STOP=1 " +
              quoted("host=" + ScratchDatabase::host() + " user=postgres dbname=postgres") +
              " -c " + quoted(statement) + " >/dev/null");
  }
};

inline const Answer go_on{'c', ""};
inline const Answer accepted{'a', ""};

}  // namespace quilter::test
