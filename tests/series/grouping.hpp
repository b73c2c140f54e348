// Grouping: which mails belong together, without ids of rows and without order of arrival; as text
// for people, from what MemoryArchive holds or from the canonical dump (docs/dump.md).
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "core/series/plan.hpp"

namespace quilter::test {

struct GroupedSeries {
  std::int32_t version = 1, total = 1, received = 0;
  bool complete = false;
  std::string name, submitter;
  std::string supersedes;                              // key of a series; "" for none
  std::set<std::pair<std::int32_t, MessageId>> slots;  // the cover letter's number is 0
};

struct Grouping {
  std::map<MessageId, GroupedSeries> series;                // by key: their earliest mail
  std::map<MessageId, std::optional<MessageId>> parent_of;  // of comments; nothing: parked
};

inline Grouping grouping_of(const Facts& facts) {
  std::map<std::int64_t, const Member*> first;
  for (const auto& member : facts.members) {
    auto& earliest = first[facts.series_of.at(member.message_id)];
    if (earliest == nullptr || canonical_order(member, *earliest) < 0) earliest = &member;
  }
  Grouping grouping;
  grouping.parent_of = facts.parent_of;
  for (const auto& [id, row] : facts.series)
    grouping.series[first.at(id)->message_id] = {
        .version = row.version,
        .total = row.total,
        .received = row.received,
        .complete = row.complete,
        .name = row.name,
        .submitter = row.submitter,
        .supersedes = row.supersedes ? first.at(*row.supersedes)->message_id : "",
        .slots = {}};
  for (const auto& member : facts.members) {
    const auto& key = first.at(facts.series_of.at(member.message_id))->message_id;
    grouping.series.at(key).slots.emplace(member.number, member.message_id);
  }
  return grouping;
}

// The dump does not say how many of a series came: its patches are counted.
inline GroupedSeries series_of_dump(const nlohmann::json& line) {
  const auto text = [&line](const char* field) {
    return line[field].is_null() ? std::string{} : line[field].get<std::string>();
  };
  GroupedSeries series{.version = line["version"],
                       .total = line["total"],
                       .received = 0,
                       .complete = line["complete"],
                       .name = text("name"),
                       .submitter = text("submitter"),
                       .supersedes = text("supersedes"),
                       .slots = {}};
  if (auto cover = text("cover"); !cover.empty()) series.slots.emplace(0, std::move(cover));
  for (const auto& patch : line["patches"])
    series.slots.emplace(patch["number"].get<std::int32_t>(),
                         patch["message_id"].get<std::string>());
  series.received = static_cast<std::int32_t>(std::count_if(
      series.slots.begin(), series.slots.end(),
      [&series](const auto& slot) { return slot.first >= 1 && slot.first <= series.total; }));
  return series;
}

inline Grouping grouping_of(const std::string& dump) {
  Grouping grouping;
  std::istringstream lines{dump};
  for (std::string text; std::getline(lines, text);) {
    const auto line = nlohmann::json::parse(text);
    if (line["type"] == "series")
      grouping.series[line["key"].get<std::string>()] = series_of_dump(line);
    if (line["type"] == "comment")
      grouping.parent_of[line["message_id"].get<std::string>()] = line["parent"].get<std::string>();
    if (line["type"] == "parked")
      grouping.parent_of[line["message_id"].get<std::string>()] = std::nullopt;
  }
  return grouping;
}

inline std::string describe(const Grouping& grouping) {
  std::ostringstream text;
  for (const auto& [key, series] : grouping.series) {
    text << "series " << key << "\n  v" << series.version << ", " << series.received << " of "
         << series.total << (series.complete ? ", complete" : "") << ", " << series.submitter
         << ": " << series.name << "\n";
    if (!series.supersedes.empty()) text << "  supersedes " << series.supersedes << "\n";
    for (const auto& [number, id] : series.slots) text << "  " << number << " " << id << "\n";
  }
  for (const auto& [id, parent] : grouping.parent_of)
    text << "comment " << id << (parent ? " on " + *parent : std::string{" parked"}) << "\n";
  return text.str();
}

}  // namespace quilter::test
