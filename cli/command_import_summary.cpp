#include <algorithm>

#include "cli/import.hpp"

namespace quilter::cli {

namespace {
constexpr std::size_t most_shown = 20;  // of the messages that were not recorded
}

Json json_of(const NotRecorded& one) {
  return {{"place", one.place},
          {"message_id", one.message_id},
          {"project", one.project},
          {"why", one.why}};
}

Json json_of(const ImportCounts& counts) {
  auto not_recorded = Json::array();
  for (const auto& one : counts.not_recorded) not_recorded.push_back(json_of(one));
  return {{"messages", counts.messages}, {"bytes", counts.bytes},
          {"recorded", counts.recorded}, {"already_recorded", counts.already},
          {"ignored", counts.ignored},   {"not_recorded", not_recorded}};
}

std::string text_of(const ImportCounts& counts) {
  std::string text = "messages: " + std::to_string(counts.messages) +
                     "\nrecorded: " + std::to_string(counts.recorded) +
                     "\nalready recorded: " + std::to_string(counts.already) + "\n";
  for (const auto& [reason, count] : counts.ignored)
    text += "ignored, " + reason + ": " + std::to_string(count) + "\n";
  const auto& all = counts.not_recorded;
  if (!all.empty()) text += "not recorded: " + std::to_string(all.size()) + "\n";
  for (std::size_t i = 0; i < std::min(all.size(), most_shown); ++i)
    text += "  " + all[i].place + ": <" + all[i].message_id + ">, " + all[i].project + ": " +
            all[i].why + "\n";
  if (all.size() > most_shown) text += "  … (--json names all)\n";
  return text;
}

}  // namespace quilter::cli
