#include "config/config.hpp"

#include <algorithm>
#include <set>

#include "config/setting.hpp"
#include "config/toml_reader.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

using config::Counts;
using config::Entry;
using config::Setting;

// Every key there is. The bounds keep out what cannot work; the defaults are the structs'. Live is
// what is asked for anew with each message.
std::vector<Setting> settings(Config& to) {
  using namespace std::chrono_literals;
  using namespace config;
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  return {
      socket({"milter", "listen"}, to.milter.listen),
      mode({"milter", "socket_mode"}, to.milter.socket_mode),
      text({"milter", "socket_group"}, to.milter.socket_group),
      live(size({"milter", "max_message_bytes"}, to.milter.max_message_bytes, mebibyte / 16,
                256 * mebibyte)),
      duration({"milter", "timeout"}, to.milter.timeout, 1s, 24h),
      live(duration({"milter", "drain_timeout"}, to.milter.drain_timeout, 0s, 10min)),
      connection({"database", "connection"}, to.database.connection),
      whole_number({"database", "connections"}, to.database.connections, 1, 1000),
      live(duration({"database", "deadline"}, to.database.deadline, 100ms, 1min)),
      live(duration({"database", "lease_timeout"}, to.database.lease_timeout, 1ms, 5min)),
      live(duration({"database", "lock_timeout"}, to.database.lock_timeout, 1ms, 5min)),
      live(duration({"database", "statement_timeout"}, to.database.statement_timeout, 1ms, 5min)),
      live(duration({"database", "parking"}, to.database.parking, 0h, 24h * 3650)),
      live(whole_number({"database", "reruns"}, to.database.reruns, 0, 100)),
      duration({"stitching", "marker_window"}, to.stitching.marker_window, 1min, 24h),
      text({"spool", "folder"}, to.spool.folder),
      live(choice({"spool", "on_failure"}, to.on_failure, {"spool", "tempfail"})),
      size({"spool", "write_ahead"}, to.spool.write_ahead_bytes, 0, 128 * mebibyte),
      live(size({"spool", "max_bytes"}, to.spool.max_bytes, mebibyte / 16, mebibyte * 1024 * 1024)),
      live(whole_number({"spool", "max_files"}, to.spool.max_files, 1, 10'000'000)),
      live(size({"spool", "min_free"}, to.spool.min_free_bytes, 0, mebibyte * 1024 * 1024)),
      live(choice({"log", "level"}, to.log.level, {"debug", "info", "warning", "error"})),
      text({"metrics", "listen"}, to.metrics.listen),
  };
}

std::string one_of(const std::set<std::string>& names) {
  std::string text = "one of";
  for (const auto& name : names) text += (name == *names.begin() ? " " : ", ") + name;
  return text;
}

std::string tables(const std::vector<Setting>& known) {
  std::set<std::string> names;
  for (const auto& setting : known) names.insert('[' + setting.table + ']');
  return one_of(names);
}

bool is_table(std::string_view name, const std::vector<Setting>& known) {
  return std::ranges::find(known, name, &Setting::table) != known.end();
}

// What is wrong with an entry above the first table, or with a table itself; "" for nothing.
std::string problem_with_table(const Entry& entry, const std::vector<Setting>& known) {
  if (!entry.key) return is_table(entry.table, known) ? "" : "unknown table: want " + tables(known);
  if (is_table(*entry.key, known)) return "want a table, got " + config::shown(entry.value);
  return "unknown key: want it in " + tables(known);
}

// Sets what the entry names, or says what is wrong with it.
std::string problem_with(const Entry& entry, const std::vector<Setting>& known) {
  if (entry.table.empty() || !entry.key) return problem_with_table(entry, known);
  std::set<std::string> keys;
  for (const auto& setting : known) {
    if (setting.table != entry.table) continue;
    if (setting.key == entry.key)
      return setting.read(entry.value)
                 ? ""
                 : "want " + setting.want + ", got " + config::shown(entry.value);
    keys.insert(setting.key);
  }
  // The keys of an unknown table are not told one by one.
  return keys.empty() ? "" : "unknown key: want " + one_of(keys);
}

std::string full_name(const Entry& entry) {
  if (!entry.key) return printable(entry.table);
  return printable(entry.table + (entry.table.empty() ? "" : ".") + *entry.key);
}

}  // namespace

Config load_config(const std::string& path) {
  Config config;
  const auto known = settings(config);
  std::vector<std::string> problems;
  for (const auto& entry : config::read_toml(path)) {
    const auto problem = problem_with(entry, known);
    if (problem.empty()) continue;
    auto line = path + ':' + std::to_string(entry.line);
    problems.push_back(line.append(": ").append(full_name(entry)).append(": ").append(problem));
  }
  if (!problems.empty()) throw ConfigError{std::move(problems)};
  return config;
}

Reload reload(const Config& running, Config read) {
  Reload reload{running, {}, {}};
  auto from = settings(read);
  auto to = settings(reload.config);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i].field.equal(to[i].field.place, from[i].field.place)) continue;
    if (to[i].counts == Counts::at_start) {
      reload.need_restart.push_back(to[i].name());
      continue;
    }
    to[i].field.copy(to[i].field.place, from[i].field.place);
    reload.applied.push_back(to[i].name() + " = " + to[i].show());
  }
  return reload;
}

std::string describe(const Config& config) {
  Config copy = config;  // settings point into what they read
  std::string lines;
  for (const auto& setting : settings(copy))
    lines += setting.name() + " = " + setting.show() + '\n';
  return lines;
}

}  // namespace quilter
