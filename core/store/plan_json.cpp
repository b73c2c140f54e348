#include "core/store/plan_json.hpp"

#include <nlohmann/json.hpp>
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

Json comment(const Submission& submission, const Plan& plan, std::int64_t project) {
  auto mentions = Json::array();
  for (const auto& id : plan.own_mentions) mentions.push_back(message_key(id, project));
  return {{"key", message_key(submission.message_id, project)},
          {"parent", optional(plan.own_parent)},
          {"mentions", mentions}};
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

Json beginnings(const Plan& plan) {
  auto events = Json::array();
  for (std::size_t i = 0; i < plan.series.size(); ++i)
    if (!plan.series[i].id) events.push_back({{"category", "series-created"}, {"series", i}});
  return events;
}

Json ends(const Plan& plan) {
  auto events = Json::array();
  for (const auto& redirect : plan.redirects)
    events.push_back({{"category", "series-merged"}, {"series_id", redirect.from}});
  for (std::size_t i = 0; i < plan.series.size(); ++i)
    if (plan.series[i].completed)
      events.push_back({{"category", "series-completed"}, {"series", i}});
  return events;
}

}  // namespace

std::string to_json(const Submission& submission, const Facts& facts, const Plan& plan,
                    std::int64_t project) {
  Json json = {{"person", person(submission, facts, plan)}, {"message", message(submission)}};
  if (submission.kind == Kind::comment)
    json["comment"] = comment(submission, plan, project);
  else if (submission.kind != Kind::cover_letter)
    json["patch"] = patch(submission);
  add_series(plan, json);
  for (const auto& adoption : plan.adoptions)
    json["adoptions"].push_back(
        {{"comment", adoption.comment}, {"parent", optional(adoption.parent)}});
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

}  // namespace quilter
