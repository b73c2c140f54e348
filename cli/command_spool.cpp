#include <algorithm>
#include <chrono>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"
#include "core/spool/spool_folder.hpp"

namespace quilter::cli {
namespace {

std::optional<SpoolEntry> find(const SpoolFolder& folder, const std::string& id) {
  for (const auto shelf : all_shelves)
    if (auto entry = folder.entry(shelf, id)) return entry;
  return std::nullopt;
}

int complain_missing(const std::string& id) {
  return complain("there is no spooled message " + id + ": see quilter spool list");
}

int complain_held(const std::string& id) {
  return complain(id + " is being recorded, or in another hand: try again");
}

std::string age(const std::optional<Timestamp>& arrived) {
  using namespace std::chrono;
  if (!arrived) return "-";
  const auto passed = std::max(floor<seconds>(system_clock::now()) - *arrived, seconds{0});
  if (passed < minutes{2}) return std::to_string(passed.count()) + " s";
  if (passed < hours{2}) return std::to_string(floor<minutes>(passed).count()) + " min";
  if (passed < days{2}) return std::to_string(floor<hours>(passed).count()) + " h";
  return std::to_string(floor<days>(passed).count()) + " d";
}

std::string shelf_of(const SpoolEntry& entry) {
  return std::string{to_string(entry.shelf)} + (entry.held ? ", held" : "");
}

Json json_of(const SpoolEntry& entry) {
  return {{"id", entry.id},
          {"shelf", to_string(entry.shelf)},
          {"held", entry.held},
          {"bytes", entry.file_bytes},
          {"arrived", date(entry.arrived)},
          {"queue_id", or_null(entry.queue_id)},
          {"reverse_path", entry.reverse_path},
          {"projects", entry.projects},
          {"truncated", entry.truncated},
          {"reason", or_null(entry.reason)}};
}

// Why the file is not what was written; "" where it is.
std::string damage(std::string file) {
  const auto read = from_file(std::move(file));
  const auto* torn = std::get_if<Torn>(&read);
  return torn == nullptr ? "" : torn->why;
}

void print_entry(const SpoolEntry& entry, const std::string& damage) {
  std::cout << table({{"id", entry.id},
                      {"shelf", shelf_of(entry)},
                      {"bytes", std::to_string(entry.file_bytes)},
                      {"arrived", entry.arrived ? iso8601(*entry.arrived) : "-"},
                      {"queue id", or_dash(entry.queue_id)},
                      {"reverse-path", "<" + entry.reverse_path + ">"},
                      {"projects", joined(entry.projects)},
                      {"truncated", entry.truncated ? "yes" : "no"},
                      {"reason", or_dash(entry.reason)},
                      {"damage", or_dash(damage)}});
}

// What is behind the header; of a file without a header all that there is.
int print_raw(std::string file, const std::string& id) {
  const auto read = read_header(file);
  const auto* header = std::get_if<SpooledHeader>(&read);
  const std::string_view all{file};
  std::cout << all.substr(header == nullptr ? 0 : header->length) << std::flush;
  const auto why = damage(std::move(file));
  return why.empty() ? exit_code::ok : complain(id + " is damaged: " + why);
}

enum class Retried : std::uint8_t { done, held, damaged };

struct Attempt {
  Retried result;
  std::string damage;
};

Attempt retry(SpoolFolder& folder, const SpoolEntry& entry) {
  auto claim = folder.claim(entry.shelf, entry.id);
  if (!claim) return {Retried::held, {}};
  auto read = claim->read();
  if (auto* torn = std::get_if<Torn>(&read)) return {Retried::damaged, std::move(torn->why)};
  folder.move(std::move(*claim), Shelf::waiting);
  std::cout << "retried " << entry.id << '\n';
  return {Retried::done, {}};
}

int retry_one(SpoolFolder& folder, const std::string& id) {
  const auto entry = find(folder, id);
  if (!entry) return complain_missing(id);
  if (entry->shelf == Shelf::waiting)
    return complain(id + " waits already: the daemon records it as soon as it can");
  const auto [result, damage] = retry(folder, *entry);
  if (result == Retried::held) return complain_held(id);
  if (result == Retried::damaged)
    return complain(id + " is damaged: " + damage +
                    ": quilter spool show --raw prints what is left of it");
  return exit_code::ok;
}

// Damaged ones, which each crash may leave, are said, and are no failure.
int retry_all(SpoolFolder& folder) {
  int held = 0;
  int damaged = 0;
  for (const auto shelf : {Shelf::failed, Shelf::torn})
    for (const auto& entry : folder.entries(shelf)) {
      const auto result = retry(folder, entry).result;
      held += result == Retried::held ? 1 : 0;
      damaged += result == Retried::damaged ? 1 : 0;
    }
  if (damaged > 0) complain(std::to_string(damaged) + " damaged: they stay where they are");
  return held == 0 ? exit_code::ok : complain(std::to_string(held) + " in another hand: try again");
}

int drop_one(const SpoolFolder& folder, const std::string& id, const SpoolArguments& arguments) {
  const auto entry = find(folder, id);
  if (!entry) return complain_missing(id);
  if (entry->shelf == Shelf::waiting && !arguments.forced)
    return complain(id +
                    " waits to be recorded, and its client was told that it is safe: "
                    "--force drops it for good");
  auto claim = folder.claim(entry->shelf, id);
  if (!claim) return complain_held(id);
  folder.remove(std::move(*claim));
  std::cout << "dropped " << id << '\n';
  return exit_code::ok;
}

}  // namespace

SpoolFolder spool_folder(const Common& common, const SpoolArguments& arguments) {
  return SpoolFolder{arguments.folder.empty() ? load_config(common.config_file).spool.folder
                                              : arguments.folder};
}

int spool_list(const Common& common, const SpoolArguments& arguments) {
  const auto folder = spool_folder(common, arguments);
  std::vector<SpoolEntry> entries;
  for (const auto shelf : all_shelves)
    for (auto& entry : folder.entries(shelf)) entries.push_back(std::move(entry));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& left, const auto& right) { return left.id < right.id; });
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& entry : entries) values.push_back(json_of(entry));
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"ID", "SHELF", "BYTES", "AGE", "QUEUE ID", "PROJECTS", "REASON"}};
  for (const auto& entry : entries)
    rows.push_back({entry.id, shelf_of(entry), std::to_string(entry.file_bytes), age(entry.arrived),
                    or_dash(entry.queue_id), joined(entry.projects), or_dash(entry.reason)});
  std::cout << table(rows);
  return exit_code::ok;
}

int spool_show(const Common& common, const SpoolArguments& arguments) {
  const auto folder = spool_folder(common, arguments);
  const auto& id = arguments.ids.front();
  const auto entry = find(folder, id);
  auto file = entry ? folder.file(entry->shelf, id) : std::nullopt;
  if (!file) return complain_missing(id);
  if (arguments.raw) return print_raw(std::move(*file), id);
  const auto why = damage(std::move(*file));
  if (common.output() == Output::json) {
    auto value = json_of(*entry);
    value["damage"] = or_null(why);
    print(value);
  } else {
    print_entry(*entry, why);
  }
  return exit_code::ok;
}

int spool_retry(const Common& common, const SpoolArguments& arguments) {
  auto folder = spool_folder(common, arguments);
  if (arguments.ids.empty() && !arguments.all)
    return complain("name an ID, or --all", exit_code::usage);
  if (arguments.all) return retry_all(folder);
  int code = exit_code::ok;
  for (const auto& id : arguments.ids) code = std::max(code, retry_one(folder, id));
  return code;
}

int spool_drop(const Common& common, const SpoolArguments& arguments) {
  const auto folder = spool_folder(common, arguments);
  int code = exit_code::ok;
  for (const auto& id : arguments.ids) code = std::max(code, drop_one(folder, id, arguments));
  return code;
}

}  // namespace quilter::cli
