#include "core/store/plan_json.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/digest/digest.hpp"
#include "core/series/identities.hpp"
#include "core/store/message_columns.hpp"

namespace quilter {
namespace {

using Json = nlohmann::json;

Json time(const std::optional<Timestamp>& time) {
  return time ? Json(iso8601(*time)) : Json();
}

template <typename T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json bytes(const std::string& hexadecimal) {
  return hexadecimal.empty() ? Json() : Json("\\x" + hexadecimal);
}

Json person(const Submission& submission, const Facts& facts, const Plan& plan) {
  if (plan.person == Plan::Person::keep) return {{"id", facts.person->id}};
  Json person = {{"address", submission.submitter.address},
                 {"name", submission.submitter.name},
                 {"named_at", time(submission.date)},
                 {"named_by", submission.message_id}};
  if (plan.person == Plan::Person::rename) {
    person["id"] = facts.person->id;
    person["rename"] = true;
  }
  return person;
}

Json message(const Submission& submission) {
  const auto& metadata = submission.metadata;
  return {{"message_id", submission.message_id},
          {"message_id_derived", submission.message_id_derived},
          {"kind", kind_word(submission.kind)},
          {"author_name", submission.author.name},
          {"author_address", submission.author.address},
          {"date", time(submission.date)},
          {"subject", submission.subject},
          {"name", submission.name},
          {"prefixes", submission.prefixes},
          {"version", submission.version},
          {"number", submission.number},
          {"total", submission.total},
          {"numbered", submission.numbered},
          {"ancestors", submission.ancestors},
          {"trailers", trailer_lines(submission.trailers)},
          {"content_sha256", bytes(sha256_hex(submission.content))},
          {"base_commit", metadata.base_commit},
          {"change_id", metadata.change_id},
          {"depends_on", depends_on(metadata)},
          {"supersedes", metadata.supersedes}};
}

Json patch(const Submission& submission) {
  const auto& diff = submission.diff;
  const auto& pull = submission.pull;
  return {{"number", submission.number},
          {"paths", paths(submission.files)},
          {"diff_sha256", bytes(diff.empty() ? "" : sha256_hex(diff))},
          {"patch_id", bytes(submission.patch_id)},
          {"pull_url", or_null(pull ? pull->url : "")},
          {"pull_ref", or_null(pull ? pull->ref : "")}};
}

Json comment(const Submission& submission, const std::optional<MessageId>& parent,
             const std::vector<MessageId>& mentions, std::int64_t project) {
  auto keys = Json::array();
  for (const auto& id : mentions) keys.push_back(message_key(id, project));
  return {{"key", message_key(submission.message_id, project)},
          {"parent", optional(parent)},
          {"mentions", keys}};
}

Json series(const SeriesWrite& write) {
  const auto& row = write.row;
  return {{"id", optional(write.id)},
          {"version", row.version},
          {"total", row.total},
          {"name", row.name},
          {"submitter", row.submitter},
          {"date", time(row.date)},
          {"received", row.received},
          {"complete", row.complete},
          {"by_hand", row.by_hand},
          {"supersedes", optional(write.supersedes)},
          {"supersedes_id", optional(row.supersedes)}};
}

// What changes, and the new one that points at what is written after it.
bool needs_update(const SeriesWrite& write, std::size_t index) {
  return write.id ? write.changed : write.supersedes && *write.supersedes > index;
}

void add_series(const Plan& plan, Json& json) {
  if (plan.series.empty()) return;
  auto& all = json["series"];
  for (std::size_t i = 0; i < plan.series.size(); ++i) {
    all.push_back(series(plan.series[i]));
    all.back()["update"] = needs_update(plan.series[i], i);
  }
  if (plan.own_series) json["own_series"] = *plan.own_series;
  for (const auto& placement : plan.placements)
    json["placements"].push_back({{"member", placement.member}, {"series", placement.series}});
  for (const auto& redirect : plan.redirects)
    json["redirects"].push_back({{"from", redirect.from}, {"to", redirect.to}});
}

const char* created(Kind kind) {
  return kind == Kind::cover_letter ? "cover-created"
         : kind == Kind::comment    ? "comment-created"
                                    : "patch-created";
}

void add_adoptions(const std::vector<Plan::Adoption>& adoptions, Json& json) {
  for (const auto& adoption : adoptions)
    json["adoptions"].push_back(
        {{"comment", adoption.comment}, {"parent", optional(adoption.parent)}});
}

// `first`: the place of the plan's first series among those that its events count by.
Json beginnings(const Plan& plan, std::size_t first = 0) {
  auto events = Json::array();
  for (std::size_t i = 0; i < plan.series.size(); ++i)
    if (!plan.series[i].id)
      events.push_back({{"category", "series-created"}, {"series", first + i}});
  return events;
}

Json ends(const Plan& plan, std::size_t first = 0) {
  auto events = Json::array();
  for (const auto& redirect : plan.redirects)
    events.push_back({{"category", "series-merged"}, {"series_id", redirect.from}});
  for (std::size_t i = 0; i < plan.series.size(); ++i)
    if (plan.series[i].completed)
      events.push_back({{"category", "series-completed"}, {"series", first + i}});
  return events;
}

void append(Json& json, const char* key, Json more) {
  for (auto& one : more) json[key].push_back(std::move(one));
}

Json people(const BatchPlan& plan) {
  auto people = Json::array();
  for (const auto& [address, person] : plan.people) {
    people.push_back({{"address", address},
                      {"name", person.name},
                      {"named_at", time(person.named_at)},
                      {"named_by", person.named_by}});
    if (person.id != 0) people.back()["id"] = person.id;
  }
  return people;
}

Json group(const BatchPlan::Group& group, const std::set<MessageId>& arrivals) {
  Json json = {{"neighbourhoods", group.neighbourhoods}, {"ties", group.missing_ties}};
  auto plan = group.plan;  // what is there already is moved; the arrivals are put where they belong
  std::erase_if(plan.placements,
                [&](const auto& placement) { return arrivals.contains(placement.member); });
  add_series(plan, json);
  return json;
}

// Where each arrival's series stands among those of all groups, from 1.
std::map<MessageId, std::size_t> series_of(const BatchPlan& plan) {
  std::map<MessageId, std::size_t> places;
  std::size_t first = 1;
  for (const auto& group : plan.groups) {
    for (const auto& placement : group.plan.placements)
      places[placement.member] = first + placement.series;
    first += group.plan.series.size();
  }
  return places;
}

void add_arrival(const Errand& errand, const BatchPlan& plan,
                 const std::map<MessageId, std::size_t>& places, std::size_t from, Json& json) {
  const auto& [project, submission, raw, patience, outcome] = errand;
  auto& messages = json["messages"];
  messages.push_back(message(submission));
  auto& one = messages.back();
  const auto row = messages.size();
  one["submitter"] = submission.submitter.address;
  one["truncated"] = raw.truncated;
  one["from"] = from;
  one["size"] = raw.bytes.size();
  one["created"] = created(submission.kind);
  if (submission.kind == Kind::comment) {
    const auto& [parent, mentions] = plan.comments.at(submission.message_id);
    json["comments"].push_back(comment(submission, parent, mentions, project.id));
    json["comments"].back()["row"] = row;
    return;
  }
  one["series"] = places.at(submission.message_id);
  auto& kind = json[submission.kind == Kind::cover_letter ? "covers" : "patches"];
  kind.push_back(submission.kind == Kind::cover_letter ? Json::object() : patch(submission));
  kind.back()["row"] = row;
  kind.back()["series"] = one["series"];
}

}  // namespace

std::string to_json(const Submission& submission, const Facts& facts, const Plan& plan,
                    std::int64_t project) {
  Json json = {{"person", person(submission, facts, plan)}, {"message", message(submission)}};
  if (submission.kind == Kind::comment)
    json["comment"] = comment(submission, plan.own_parent, plan.own_mentions, project);
  else if (submission.kind != Kind::cover_letter)
    json["patch"] = patch(submission);
  add_series(plan, json);
  add_adoptions(plan.adoptions, json);
  json["created"] = created(submission.kind);
  if (auto events = beginnings(plan); !events.empty()) json["beginnings"] = std::move(events);
  if (auto events = ends(plan); !events.empty()) json["ends"] = std::move(events);
  return json.dump();
}

std::string to_json(const Plan& plan) {
  auto events = beginnings(plan);
  for (auto& event : ends(plan)) events.push_back(std::move(event));
  Json json = {{"events", std::move(events)}};
  add_series(plan, json);
  return json.dump();
}

std::string to_json(std::span<Errand* const> errands, const BatchPlan& plan) {
  Json json = {{"people", people(plan)},
               {"messages", Json::array()},
               {"groups", Json::array()},
               {"patches", Json::array()},
               {"covers", Json::array()}};
  std::set<MessageId> arrivals;
  for (const auto* errand : errands) arrivals.insert(errand->submission.message_id);
  std::size_t first = 0;
  for (const auto& each : plan.groups) {
    json["groups"].push_back(group(each, arrivals));
    append(json, "beginnings", beginnings(each.plan, first));
    append(json, "ends", ends(each.plan, first));
    first += each.plan.series.size();
  }
  add_adoptions(plan.adoptions, json);
  const auto places = series_of(plan);
  std::size_t from = 1;
  for (const auto* errand : errands) {
    add_arrival(*errand, plan, places, from, json);
    from += errand->message.bytes.size();
  }
  return json.dump();
}

}  // namespace quilter
