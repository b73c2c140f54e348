// Config: what the configuration file says, as the Options of the folders that use it. Their
// structs hold the defaults; there are none here.
//
// Promise: load_config() gives a Config in which every value is within its bounds. Keys that the
// file leaves out keep their defaults.
// Errors: ConfigError with all problems of the file at once: unknown tables and keys, values that
// do not fit.
// Owns: everything by value.
// Threads: pure functions of the file.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/config_error.hpp"
#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/series/stitch.hpp"
#include "core/spool/options.hpp"
#include "core/store/options.hpp"
#include "milter/options.hpp"

namespace quilter {

struct Config {
  milter::Options milter;
  StoreOptions database;
  StitchOptions stitching;
  SpoolOptions spool;
  std::string on_failure = "spool";  // or "tempfail"
  LogOptions log;
  MetricsOptions metrics;
};

Config load_config(const std::string& path);

// What a running program makes of a file that it reads again: of keys that count at a reload the
// new values, of all others the old.
struct Reload {
  Config config;
  std::vector<std::string> applied;       // "database.deadline = "2s"": what changed in it
  std::vector<std::string> need_restart;  // "milter.listen": what changed in the file alone
};
Reload reload(const Config& running, Config read);

// "milter.listen = …\n…": every effective value, a line each, as the file would write it; passwords
// masked.
std::string describe(const Config& config);

}  // namespace quilter
