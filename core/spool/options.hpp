// SpoolOptions: where mail waits on disk for the database, and how much of it.
#pragma once

#include <cstddef>
#include <string>

namespace quilter {

struct SpoolOptions {
  std::string folder = "/var/spool/quilter";               // one a daemon; never made by the daemon
  std::size_t max_bytes = std::size_t{1} << 30U;           // of all files in it
  int max_files = 100'000;                                 // waiting, set aside and torn
  std::size_t min_free_bytes = std::size_t{64} << 20U;     // what is left to others on its disk
  std::size_t write_ahead_bytes = std::size_t{16} << 20U;  // beside all that; 0: none
};

}  // namespace quilter
