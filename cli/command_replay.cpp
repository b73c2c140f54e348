#include <algorithm>
#include <fstream>
#include <iostream>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "core/store/archive.hpp"
#include "core/store/replay_events.hpp"
#include "core/tracking/listing.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t most_named = 10;

std::string text_or_empty(const Json& value) {
  return value.is_null() ? "" : value.get<std::string>();
}

// As watch's JSON has it; ids of the other database mean nothing here.
Event event_of(const Json& line) {
  Event event;
  event.cursor = cursor(line.at("cursor").get<std::string>()).value();
  event.category = line.at("category").get<std::string>();
  event.project = text_or_empty(line.at("project"));
  event.actor = line.at("actor").get<std::string>();
  event.message_id = text_or_empty(line.at("message_id"));
  event.account = text_or_empty(line.at("account"));
  event.field = text_or_empty(line.at("field"));
  if (!is_replayed(event)) return event;
  if (event.field.empty()) {
    event.to = line.at("to").dump();
  } else {
    event.from = line.at("from").get<std::string>();
    event.to = line.at("to").get<std::string>();
    event.revision = line.at("revision").get<std::int64_t>();
  }
  event.at = since(line.at("at").get<std::string>(), {}).value();
  return event;
}

std::vector<Event> events_of(std::istream& input, const std::string& file) {
  std::vector<Event> events;
  std::string text;
  for (std::int64_t number = 1; std::getline(input, text); ++number) {
    try {
      const auto line = Json::parse(text);
      if (!line.contains("category")) continue;  // the cursor at the end
      if (auto event = event_of(line); is_replayed(event)) events.push_back(std::move(event));
    } catch (const std::exception&) {
      throw Refused{file + ", line " + std::to_string(number) +
                    ": this is no event as quilter --json watch prints it"};
    }
  }
  if (input.bad()) throw Refused{"cannot read " + file};
  return events;
}

std::vector<Event> read_events(const std::string& file) {
  if (file == "-") return events_of(std::cin, "standard input");
  std::ifstream input{file};
  if (!input) throw Refused{"cannot read " + file};
  return events_of(input, file);
}

}  // namespace

int replay(const Common& common, const std::string& file) {
  const auto replayed = replay_events(common.connection(), read_events(file));
  if (common.output() == Output::json) {
    print(Json{{"made", replayed.made}, {"there", replayed.there}, {"unfit", replayed.unfit}});
  } else {
    std::cout << replayed.made << " made, " << replayed.there << " there already, "
              << replayed.unfit.size() << " did not fit\n";
    const auto named = std::min(replayed.unfit.size(), most_named);
    for (std::size_t i = 0; i < named; ++i) std::cout << terminal_text(replayed.unfit[i] + "\n");
    if (named < replayed.unfit.size()) std::cout << "and more: --json names all\n";
  }
  return replayed.unfit.empty() ? exit_code::ok : exit_code::refused;
}

}  // namespace quilter::cli
