#include <algorithm>
#include <fstream>
#include <iostream>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/replay_events.hpp"
#include "core/tracking/listing.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t most_named = 10, longest_named = 500;

std::string text_or_empty(const Json& value) {
  return value.is_null() ? "" : value.get<std::string>();
}

// A check or note: text in one object. "" where it is anything else, which may be nested so deep
// that no stack would hold dump().
std::string remark_text(const Json& made) {
  const bool is_flat =
      made.is_object() &&
      std::all_of(made.begin(), made.end(), [](const Json& one) { return one.is_string(); });
  return is_flat ? made.dump() : "";
}

bool is_cursor(const Json& line) {
  return line.is_object() && line.size() == 1 && line.contains("cursor");
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
    event.to = remark_text(line.at("to"));
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
      if (is_cursor(line)) continue;  // at the end
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
  const auto replayed = replay_events(common.connection(), common.acting(), read_events(file));
  if (common.output() == Output::json) {
    print(Json{{"made", replayed.made}, {"there", replayed.there}, {"unfit", replayed.unfit}});
  } else {
    std::cout << replayed.made << " made, " << replayed.there << " there already, "
              << replayed.unfit.size() << " did not fit\n";
    const auto named = std::min(replayed.unfit.size(), most_named);
    for (std::size_t i = 0; i < named; ++i)
      std::cout << printable(replayed.unfit[i], longest_named) << '\n';
    if (named < replayed.unfit.size()) std::cout << "and more: --json names all\n";
  }
  return replayed.unfit.empty() ? exit_code::ok : exit_code::refused;
}

}  // namespace quilter::cli
