#include "config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using quilter::Config;
using quilter::ConfigError;
using quilter::describe;
using quilter::load_config;

namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream file{path};
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// A file that is gone at the end of the test.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& content) { std::ofstream{path_} << content; }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { fs::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_ =
      fs::temp_directory_path() / ("quilter-config-" + std::to_string(::getpid()) + ".toml");
};

Config config_of(const std::string& content) {
  const ScratchFile file{content};
  return load_config(file.path());
}

// What loading says, file names without their folder; "" when there is nothing to say.
std::string error_of(const fs::path& path) {
  try {
    load_config(path.string());
    return "";
  } catch (const ConfigError& error) {
    std::string text;
    const auto folder = path.parent_path().string() + '/';
    for (auto line : error.lines())
      text += line.replace(0, line.starts_with(folder) ? folder.size() : 0, "") + '\n';
    return text;
  }
}

// The shipped file's settings, "#key = value", as lines of `uncommented` without the '#'.
std::string uncommented(const std::string& shipped) {
  std::istringstream lines{shipped};
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const auto name = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 1);
    const bool is_setting =
        line.starts_with('#') && name != std::string::npos && line.compare(name, 3, " = ") == 0;
    text += line.substr(is_setting ? 1 : 0) + '\n';
  }
  return text;
}

// "table.key = value" for each key that the TOML text names.
std::string settings_in(const std::string& toml) {
  std::istringstream lines{toml};
  std::string table;
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('['))
      table = line.substr(1, line.find(']') - 1);
    else if (!line.empty() && !line.starts_with('#'))
      text.append(table).append(".").append(line).append("\n");
  }
  return text;
}

}  // namespace

TEST_CASE("the shipped file parses as it is, and changes nothing") {
  CHECK(describe(load_config("config/quilter.toml")) == describe(Config{}));
}

TEST_CASE("the shipped file names every key with the default of its struct") {
  const auto shipped = uncommented(slurp("config/quilter.toml"));
  CHECK(settings_in(shipped) == describe(Config{}));
  CHECK(describe(config_of(shipped)) == describe(Config{}));
}

TEST_CASE("every bad file is refused with the message beside it") {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator{"tests/configs"})
    if (entry.path().extension() == ".toml") files.insert(entry.path());
  REQUIRE(files.size() >= 20);
  for (const auto& file : files) {
    CAPTURE(file.string());
    const auto got = error_of(file);
    std::ofstream{fs::path{file}.replace_extension(".got")} << got;
    CHECK(got == slurp(fs::path{file}.replace_extension(".expected-error")));
    CHECK_FALSE(got.empty());
  }
}

TEST_CASE("a file that cannot be read says why") {
  CHECK(error_of("tests/configs/absent.toml") ==
        "absent.toml: cannot be read: No such file or directory\n");
  CHECK(error_of("tests/configs") == "configs: cannot be read: Is a directory\n");
}

TEST_CASE("an empty file gives the defaults") {
  CHECK(describe(config_of("")) == describe(Config{}));
}

TEST_CASE("values reach the options that they are meant for") {
  const auto config = config_of(R"(
      [milter]
      listen = "inet:8891@127.0.0.1"
      socket_mode = "0600"
      socket_group = "postfix"
      max_message_bytes = 1048576
      timeout = "90s"
      drain_timeout = "2min"
      [database]
      connection = "postgresql://quilter:secret@db/quilter"
      connections = 3
      lease_timeout = "1s"
      lock_timeout = "250ms"
      statement_timeout = "1 s"
      reruns = 0
      [spool]
      folder = "/srv/spool"
      on_failure = "tempfail"
      write_ahead = "1MiB"
      max_files = 7
      min_free = 0
      [stitching]
      marker_window = "1h"
      [log]
      level = "debug"
  )");
  CHECK(config.milter.listen == "inet:8891@127.0.0.1");
  CHECK(config.milter.socket_mode == 0600);
  CHECK(config.milter.socket_group == "postfix");
  CHECK(config.milter.max_message_bytes == 1'048'576);
  CHECK(config.milter.timeout == 90s);
  CHECK(config.milter.drain_timeout == 2min);
  CHECK(config.database.connection == "postgresql://quilter:secret@db/quilter");
  CHECK(config.database.connections == 3);
  CHECK(config.database.lease_timeout == 1s);
  CHECK(config.database.lock_timeout == 250ms);
  CHECK(config.database.statement_timeout == 1s);
  CHECK(config.database.reruns == 0);
  CHECK(config.stitching.marker_window == 1h);
  CHECK(config.spool.folder == "/srv/spool");
  CHECK(config.on_failure == "tempfail");
  CHECK(config.spool.write_ahead_bytes == std::size_t{1} << 20U);
  CHECK(config.spool.max_files == 7);
  CHECK(config.spool.min_free_bytes == 0);
  CHECK(config.log.level == "debug");
}

TEST_CASE("a description can be read back, and shows no password") {
  const auto config = config_of(
      "[database]\nconnection = 'password=secret user=\"x\"'\n[milter]\ntimeout = \"90s\"\n");
  const auto text = describe(config);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("milter.timeout = \"90s\"\n") != std::string::npos);
  CHECK(describe(config_of(text)) == text);  // dotted keys are TOML
}

namespace {

// No key has its default here.
const std::string all_changed = R"(
    milter.listen = "fd:3"
    milter.socket_mode = "0600"
    milter.socket_group = "postfix"
    milter.max_message_bytes = "1MiB"
    milter.timeout = "90s"
    milter.drain_timeout = "2min"
    database.connection = "dbname=quilter password=secret"
    database.connections = 3
    database.deadline = "1s"
    database.lease_timeout = "1s"
    database.lock_timeout = "1s"
    database.statement_timeout = "1s"
    database.parking = "1h"
    database.reruns = 0
    stitching.marker_window = "1h"
    spool.folder = "/srv/spool"
    spool.on_failure = "tempfail"
    spool.write_ahead = 0
    spool.max_bytes = "1MiB"
    spool.max_files = 7
    spool.min_free = "1MiB"
    log.level = "debug"
    metrics.listen = "127.0.0.1:9798"
)";

// The keys of the shipped file, those whose comment says "Live." apart: {live, others}.
std::pair<std::set<std::string>, std::set<std::string>> keys_by_comment(
    const std::string& shipped) {
  std::pair<std::set<std::string>, std::set<std::string>> keys;
  std::istringstream lines{shipped};
  std::string table, comment;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) table = line.substr(1, line.find(']') - 1) + '.';
    if (line.empty()) comment.clear();
    if (line.starts_with('#')) comment += line;
    if (!line.starts_with('#') && line.find(" = ") != std::string::npos)
      (comment.find("Live.") == std::string::npos ? keys.second : keys.first)
          .insert(table + line.substr(0, line.find(' ')));
  }
  return keys;
}

std::set<std::string> names_of(const std::vector<std::string>& settings) {
  std::set<std::string> names;
  for (const auto& setting : settings) names.insert(setting.substr(0, setting.find(' ')));
  return names;
}

}  // namespace

TEST_CASE("at a reload the keys count that the shipped file calls live, the others are named") {
  const auto [live, others] = keys_by_comment(uncommented(slurp("config/quilter.toml")));
  const auto reload = quilter::reload(Config{}, config_of(all_changed));
  CHECK(names_of(reload.applied) == live);
  CHECK(names_of(reload.need_restart) == others);
  CHECK(live.count("log.level") == 1);
  CHECK(others.count("milter.listen") == 1);
}

TEST_CASE("after a reload live keys are new, and all others as they were") {
  const auto read = config_of(all_changed);
  const auto reload = quilter::reload(Config{}, read);
  CHECK(reload.config.database.deadline == 1s);
  CHECK(reload.config.on_failure == "tempfail");
  CHECK(reload.config.milter.listen == Config{}.milter.listen);
  CHECK(reload.config.database.connection == Config{}.database.connection);
  const auto again = quilter::reload(reload.config, read);
  CHECK(again.applied.empty());
  CHECK(again.need_restart == reload.need_restart);  // said until it is restarted
  const auto back = quilter::reload(reload.config, Config{});
  CHECK(describe(back.config) == describe(Config{}));
  CHECK(back.need_restart.empty());
}

TEST_CASE("a new password is a change of the connection, and is shown nowhere") {
  const auto running = config_of("[database]\nconnection = 'password=old'\n");
  const auto reload =
      quilter::reload(running, config_of("[database]\nconnection = 'password=new'"));
  CHECK(reload.applied.empty());
  CHECK(reload.need_restart == std::vector<std::string>{"database.connection"});
}
