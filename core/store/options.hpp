// StoreOptions: how the database is reached, and how long a message may wait for it.
#pragma once

#include <chrono>
#include <string>

namespace quilter {

// Of messages that wait at the same moment. More would gain little, and hold locks for longer.
inline constexpr int most_in_a_transaction = 16;

struct StoreOptions {
  std::string connection = "dbname=quilter";       // libpq connection string or URI
  int connections = 2;                             // at most; each transaction holds one
  std::chrono::milliseconds lease_timeout{5'000};  // wait for a free connection
  std::chrono::milliseconds lock_timeout{3'000};   // wait for one lock; below the MTA's time-outs
  std::chrono::milliseconds statement_timeout{4'000};  // one statement, waits included
  std::chrono::milliseconds deadline{5'000};           // for one message, all waiting together
  std::chrono::hours parking{30 * 24};  // comments wait so long for what they answer; 0: for ever
  int reruns = 10;                      // of a transaction that lost a race, same message
};

// A command of the tool has one connection, and waits for as long as libpq does to get it.
inline StoreOptions options_of_a_command(const std::string& connection) {
  StoreOptions options;
  options.connection = connection;
  options.connections = 1;
  options.lease_timeout = std::chrono::minutes{1};
  return options;
}

}  // namespace quilter
