#include "core/store/replay_events.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/mail/text.hpp"
#include "core/store/account_events.hpp"
#include "core/store/accounts.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/new_request.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"
#include "core/store/tracking_json.hpp"
#include "core/tracking/check.hpp"

namespace quilter {
namespace {

using Json = nlohmann::json;

constexpr const char *no_patch = "no such patch", *changed_otherwise = "it was changed otherwise";

// PostgreSQL's: without NUL.
bool is_text(std::string_view text) {
  return valid_length(text) == text.size();
}

// A check or note, by the keys of its JSON.
using Remark = std::map<std::string, std::string>;

// Nothing where the JSON is no object of text, or lacks what one of its category has.
std::optional<Remark> remark_of(const Event& event) {
  const auto said = Json::parse(event.to, nullptr, false);
  if (!said.is_object()) return std::nullopt;
  const auto keys = event.category == "note-created"
                        ? std::vector{"text", "request"}
                        : std::vector{"of", "context", "state", "url", "description", "request"};
  Remark remark;
  for (const auto* key : keys) {
    const auto found = said.find(key);
    if (found == said.end() || !found->is_string()) return std::nullopt;
    remark.emplace(key, found->get<std::string>());
  }
  return remark;
}

// As PostgreSQL prints it.
bool is_uuid(std::string_view text) {
  constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = std::find(dashes.begin(), dashes.end(), i) != dashes.end();
    const char c = to_lower(text[i]);
    if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f')) return false;
  }
  return true;
}

std::string fault_of_remark(const Event& event) {
  if (!is_login(event.actor)) return "by nobody who has an account: " + event.actor;
  const auto remark = remark_of(event);
  if (!remark) return "it says no check or note";
  for (const auto& [key, text] : *remark)
    if (!is_text(text)) return key + " is no text";
  if (!is_uuid(remark->at("request"))) return "no number of a request: " + remark->at("request");
  if (event.category == "note-created") return remark->at("text").empty() ? "an empty note" : "";
  if (const auto& of = remark->at("of"); of != "patch" && of != "series")
    return "a check of neither patch nor series: " + of;
  return fault_of(CheckResult{remark->at("context"), remark->at("state"), remark->at("url"),
                              remark->at("description")});
}

bool is_value_of(PatchField field, const std::string& text) {
  switch (field) {
    case PatchField::state:
      return !text.empty();  // the project knows which
    case PatchField::delegate:
      return text.empty() || is_login(text);
    case PatchField::archived:
      return text == "true" || text == "false";
    case PatchField::commit:
      break;
  }
  return text.empty() || is_commit(text);
}

bool acts_without_account(const std::string& actor) {
  return actor == Actor::automation().login || actor == Actor::takeover().login;
}

std::string fault_of_change(const Event& event) {
  if (!is_login(event.actor) && !acts_without_account(event.actor))
    return "by nobody who changes patches: " + event.actor;
  const auto field = patch_field(event.field);
  if (!field) return "a patch has no such field";
  for (const auto& value : {event.from, event.to})
    if (!is_value_of(*field, value)) return "no " + event.field + ": " + value;
  if (event.from == event.to) return "it changes nothing";
  return {};
}

class Replay {
 public:
  Replay(pqxx::transaction_base& transaction, const std::string& by)
      : transaction_{transaction}, asked_{by, new_request()} {}

  void make(const Event& event) {
    if (const auto fault = fault_of(event); !fault.empty()) return unfit(event, fault);
    const auto patch = transaction_.exec_params(
        "SELECT p.message_row, p.revision, p.state, coalesce((SELECT login FROM account WHERE id = "
        "p.delegate_id), ''), p.archived::text, p.commit_ref, p.series_id, m.project_id "
        "FROM patch p JOIN message m ON m.id = p.message_row WHERE m.message_id = $1 AND "
        "m.project_id = (SELECT id FROM project WHERE name = $2) FOR NO KEY UPDATE OF p",
        event.message_id, event.project);
    if (patch.empty()) return unfit(event, no_patch);
    if (event.field.empty()) return remark(event, patch[0]);
    change(event, patch[0]);
  }

  ReplayedEvents replayed;

 private:
  void unfit(const Event& event, const std::string& why) {
    const auto what = event.field.empty() ? event.category
                                          : event.field + " " + event.from + " to " + event.to +
                                                ", revision " + std::to_string(event.revision);
    replayed.unfit.push_back(event.project + " " + event.message_id + ": " + what + ": " + why);
  }

  void need_account(const std::string& login) {
    if (login.empty() || acts_without_account(login) || !accounts_.insert(login).second) return;
    const auto added = transaction_.exec_params(
        "INSERT INTO account (login, disabled) VALUES ($1, true) ON CONFLICT DO NOTHING", login);
    if (added.affected_rows() == 0) return;
    tell(transaction_, asked_,
         {"account-created", login, std::nullopt, "", "", R"({"admin": false, "disabled": true})"});
  }

  bool has_state(std::int64_t project, const std::string& state) {
    return !transaction_
                .exec_params("SELECT FROM state WHERE project_id = $1 AND name = $2", project,
                             state)
                .empty();
  }

  void change(const Event& event, const pqxx::row& patch) {
    const auto row = patch[0].as<std::int64_t>(), revision = patch[1].as<std::int64_t>();
    const auto field = patch_field(event.field).value();
    if (event.revision <= revision) {
      if (!is_there(event, row)) return unfit(event, changed_otherwise);
      ++replayed.there;
      return;
    }
    if (event.revision != revision + 1 ||
        patch[2 + static_cast<int>(field)].as<std::string>() != event.from)
      return unfit(event, changed_otherwise);
    if (field == PatchField::state && !has_state(patch[7].as<std::int64_t>(), event.to))
      return unfit(event, "the project has no such state: quilter state add");
    need_account(event.actor);
    if (field == PatchField::delegate) need_account(event.to);
    transaction_.exec_params("SELECT write_changes($1, $2)", event.actor,
                             to_json({Step{row, field, event.from, event.to}}));
    transaction_.exec_params(
        "UPDATE event SET created_at = to_timestamp($1) WHERE message_row = $2 AND revision = $3",
        event.at.time_since_epoch().count(), row, event.revision);
    ++replayed.made;
  }

  bool is_there(const Event& event, std::int64_t row) {
    return !transaction_
                .exec_params(
                    "SELECT FROM event WHERE message_row = $1 AND revision = $2 AND field = $3 AND "
                    "old_value = $4 AND new_value = $5 AND actor = $6",
                    row, event.revision, event.field, event.from, event.to, event.actor)
                .empty();
  }

  void remark(const Event& event, const pqxx::row& patch) {
    const auto said = remark_of(event).value();
    const bool is_note = event.category == "note-created";
    const std::string table = is_note ? "note" : "check_result";
    if (!transaction_
             .exec_params("SELECT FROM " + table + " WHERE request = $1::uuid", said.at("request"))
             .empty()) {
      ++replayed.there;
      return;
    }
    need_account(event.actor);
    const auto row = patch[0].as<std::int64_t>(), series = patch[6].as<std::int64_t>(),
               at = static_cast<std::int64_t>(event.at.time_since_epoch().count());
    const auto made =
        is_note ? add_note(event, said, row, at) : add_check(event, said, row, series, at);
    transaction_.exec_params(
        "INSERT INTO event (project_id, category, message_row, series_id, actor, new_value, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7))",
        patch[7].as<std::int64_t>(), event.category, row, series, event.actor, made, at);
    ++replayed.made;
  }

  // Gives it as events have it.
  std::string add_note(const Event& event, const Remark& said, std::int64_t row, std::int64_t at) {
    return transaction_
        .exec_params1(
            "INSERT INTO note (message_row, account_id, text, request, created_at) "
            "SELECT $1, id, $2, $3, to_timestamp($4) FROM account WHERE login = $5 "
            "RETURNING json_build_object('text', text, 'request', request)",
            row, said.at("text"), said.at("request"), at, event.actor)[0]
        .as<std::string>();
  }

  std::string add_check(const Event& event, const Remark& said, std::int64_t row,
                        std::int64_t series, std::int64_t at) {
    return transaction_
        .exec_params1(
            "INSERT INTO check_result (message_row, series_id, context, state, url, description, "
            "request, created_at, account_id) SELECT CASE WHEN $9 = 'patch' THEN $1::bigint END, "
            "CASE WHEN $9 = 'series' THEN $2::bigint END, $3, $4, $5, $6, $7, to_timestamp($8), id "
            "FROM account WHERE login = $10 RETURNING json_build_object('of', $9::text, "
            "'context', context, 'state', state, 'url', url, 'description', description, "
            "'request', request)",
            row, series, said.at("context"), said.at("state"), said.at("url"),
            said.at("description"), said.at("request"), at, said.at("of"), event.actor)[0]
        .as<std::string>();
  }

  pqxx::transaction_base& transaction_;
  const Asked asked_;
  std::set<std::string> accounts_;  // that are there
};

void require_owner(pqxx::transaction_base& transaction) {
  const auto row = transaction.exec1(
      "SELECT pg_has_role(relowner, 'USAGE'), pg_get_userbyid(relowner), current_user "
      "FROM pg_class WHERE oid = 'account'::regclass");
  if (!row[0].as<bool>())
    throw Refused{"a replay writes in everybody's name: only " + row[1].as<std::string>() +
                  ", who owns the schema, may, and not " + row[2].as<std::string>()};
}

// Nobody records or changes anything there until the transaction ends.
void take_projects(pqxx::transaction_base& transaction, const std::vector<Event>& events) {
  std::set<std::string> names;
  for (const auto& event : events)
    if (is_text(event.project)) names.insert(event.project);
  const auto rows =
      transaction.exec_params("SELECT id FROM project WHERE name = ANY ($1::text[]) ORDER BY id",
                              sql::array(std::vector(names.begin(), names.end())));
  for (const auto& row : rows) transaction.exec(take_project(row[0].as<std::int64_t>()));
}

}  // namespace

bool is_replayed(const Event& event) {
  return (!event.field.empty() && event.account.empty()) || event.category == "check-created" ||
         event.category == "note-created";
}

std::string fault_of(const Event& event) {
  for (const auto& text : {event.project, event.message_id, event.actor, event.from, event.to})
    if (!is_text(text)) return "it holds what is no text";
  return event.field.empty() ? fault_of_remark(event) : fault_of_change(event);
}

ReplayedEvents replay_events(const std::string& connection, const std::string& by,
                             std::vector<Event> events) {
  std::erase_if(events, [](const Event& event) { return !is_replayed(event); });
  // An id is given under the lock of the patch: the order in which those of one patch happened,
  // which that of the feed need not be.
  std::sort(events.begin(), events.end(),
            [](const Event& left, const Event& right) { return left.cursor.id < right.cursor.id; });
  return as_store_error([&] {
    Pool::Connection connected{with_bounds(connection)};
    require_known_schema(connected.session);
    pqxx::work transaction{connected.session};
    transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
                     std::to_string(StoreOptions{}.lock_timeout.count()));
    require_owner(transaction);
    take_projects(transaction, events);
    Replay replay{transaction, by};
    for (const auto& event : events) replay.make(event);
    transaction.commit();
    return std::move(replay.replayed);
  });
}

}  // namespace quilter
