#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "cli/usage.hpp"
#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/tracker.hpp"

namespace quilter::cli {
namespace {

constexpr std::chrono::seconds between_polls{1};
constexpr std::int64_t page_size = 1000;

// Of a field it is text; of what was made, and of settings, JSON already.
Json value_of_event(const Event& event, const std::string& value) {
  if (!event.field.empty()) return value;
  return value.empty() ? Json(nullptr) : Json::parse(value);
}

Json number_or_null(std::int64_t number) {
  return number == 0 ? Json(nullptr) : Json(number);
}

Json json_of(const Event& event) {
  return {{"cursor", to_string(event.cursor)},
          {"at", date(event.at)},
          {"project", or_null(event.project)},
          {"category", event.category},
          {"actor", event.actor},
          {"message_id", or_null(event.message_id)},
          {"series", number_or_null(event.series)},
          {"account", or_null(event.account)},
          {"field", or_null(event.field)},
          {"from", value_of_event(event, event.from)},
          {"to", value_of_event(event, event.to)},
          {"revision", number_or_null(event.revision)}};
}

// "state new > accepted"; of what was made its JSON, and of settings.
std::string what_changed(const Event& event) {
  const auto shown = [](const std::string& value) { return value.empty() ? "-" : value; };
  if (!event.field.empty()) return event.field + " " + shown(event.from) + " > " + shown(event.to);
  return event.from.empty() ? event.to : event.from + " > " + shown(event.to);
}

// By its number a request that was sent again is known: nothing for people.
Event without_request(Event event) {
  if (!event.field.empty() || event.to.empty()) return event;
  auto made = Json::parse(event.to);
  if (made.is_object()) made.erase("request");
  event.to = made.dump();
  return event;
}

void print_event(const Common& common, const Event& event) {
  if (common.output() == Output::json) {
    std::cout << json_text(json_of(event)) << '\n';
    return;
  }
  auto line = when(event.at) + "  " + (event.project.empty() ? "-" : event.project) + "  " +
              event.category + "  " + event.actor;
  if (!event.account.empty()) line += "  account " + event.account;
  if (event.series != 0) line += "  series " + std::to_string(event.series);
  if (!event.message_id.empty()) line += "  " + event.message_id;
  if (const auto what = what_changed(without_request(event)); !what.empty()) line += "  " + what;
  if (event.revision != 0) line += "  revision " + std::to_string(event.revision);
  std::cout << terminal_text(line);
}

void print_cursor(const Common& common, const Cursor& at) {
  if (common.output() == Output::json)
    std::cout << json_text({{"cursor", to_string(at)}}) << '\n';
  else
    std::cout << "cursor " << to_string(at) << '\n';
}

// A long log is looked through for few events.
Tracker reader_of(const Common& common) {
  auto options = options_of_a_command(common.connection());
  options.statement_timeout = std::chrono::minutes{10};
  return Tracker{options};
}

// Nothing: now.
std::optional<Cursor> begin_of(const std::string& since) {
  if (since == "now") return std::nullopt;
  auto at = cursor(since);
  if (!at)
    throw UsageError{"no cursor: " + since +
                     "; such as 1f0c9a3b-813-42, as watch prints it, or now"};
  return at;
}

}  // namespace

// A reader that dies goes on behind the last event that it has taken: each has its own cursor.
int watch(const Common& common, const WatchArguments& arguments) {
  const auto since = begin_of(arguments.since);
  auto tracker = reader_of(common);
  tracker.require_known(arguments.filter);
  auto at = since ? *since : tracker.horizon();
  auto left = arguments.most;
  while (true) {
    const auto most = std::min(left.value_or(page_size), page_size);
    const auto page = tracker.events(arguments.filter, at, most);
    for (const auto& event : page.events) print_event(common, event);
    const auto count = static_cast<std::int64_t>(page.events.size());
    at = page.next;
    if (left) *left -= count;
    const bool enough = left && *left <= 0, there_may_be_more = count == most;
    if (enough || (!there_may_be_more && !arguments.follow)) break;
    std::cout.flush();
    if (!there_may_be_more) std::this_thread::sleep_for(between_polls);
  }
  print_cursor(common, at);
  return exit_code::ok;
}

int history(const Common& common, const std::string& id) {
  if (id.empty() || whole_number(id) == 0)  // of everything there is watch
    throw UsageError{"no message id and no series: '" + id + "'; quilter watch tells all"};
  auto tracker = reader_of(common);
  EventFilter filter;
  if (const auto series = whole_number(id))
    filter.series = *series;
  else
    filter.message_id = id;
  auto found = false;
  Cursor at;
  for (bool more = true; more;) {
    const auto page = tracker.events(filter, at, page_size);
    for (const auto& event : page.events) print_event(common, event);
    found = found || !page.events.empty();
    more = static_cast<std::int64_t>(page.events.size()) == page_size;
    at = page.next;
  }
  return found ? exit_code::ok
               : complain("nothing is known of " +
                          (filter.series == 0 ? "a message " : std::string{"a series "}) + id +
                          "; what has just happened is told once no older transaction runs");
}

}  // namespace quilter::cli
