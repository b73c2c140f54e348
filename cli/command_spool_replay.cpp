#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"
#include "core/ingest/replay.hpp"
#include "core/mime/read_mail.hpp"
#include "core/store/forbidden.hpp"
#include "core/store/postgres_store.hpp"

namespace quilter::cli {
namespace {

constexpr std::chrono::minutes patience{1};  // nobody's mail waits meanwhile

enum class Result : std::uint8_t { recorded, gone, failed };

Result failed(const std::string& id, const std::string& why) {
  complain(id + ": " + why);
  return Result::failed;
}

Result replay_one(SpoolFolder& folder, const std::string& id, const Routes& routes, Store& store) {
  auto claim = folder.claim(Shelf::waiting, id);
  if (!claim) return Result::gone;
  const auto read = claim->read();
  if (const auto* torn = std::get_if<Torn>(&read)) return failed(id, "damaged: " + torn->why);
  const auto replayed = replay(std::get<Spooled>(read), routes, store, patience);
  if (replayed.failure == Failure::refused) {
    folder.move(std::move(*claim), Shelf::failed, replayed.detail);
    return failed(id, "set aside: " + replayed.detail);
  }
  if (replayed.failure != Failure::none) return failed(id, replayed.detail);
  folder.remove(std::move(*claim));
  std::cout << "recorded " << id << std::endl;
  return Result::recorded;
}

}  // namespace

int spool_replay(const Common& common, const SpoolArguments& arguments) {
  const mime::Library gmime;
  auto folder = spool_folder(common, arguments);
  PostgresStore store{options_of_a_command(common.connection()), common.stitching()};
  const Routes routes{store.projects()};
  require_to_record(common.connection());
  const auto ids = arguments.ids.empty() ? folder.ids(Shelf::waiting) : arguments.ids;
  int code = exit_code::ok;
  for (const auto& id : ids) {
    auto result = replay_one(folder, id, routes, store);
    if (result == Result::gone && !arguments.ids.empty())
      result = failed(id, "does not wait, or the daemon has it in hand: see quilter spool list");
    if (result == Result::failed) code = exit_code::refused;
  }
  return code;
}

}  // namespace quilter::cli
