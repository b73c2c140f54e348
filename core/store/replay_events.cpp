#include "core/store/replay_events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/store/attempts.hpp"
#include "core/store/options.hpp"
#include "core/store/pool.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"
#include "core/store/tracking_json.hpp"

namespace quilter {
namespace {

using Json = nlohmann::json;

enum class Fate : std::uint8_t { made, there, unknown_patch, otherwise };

class Replay {
 public:
  explicit Replay(pqxx::transaction_base& transaction) : transaction_{transaction} {}

  Fate make(const Event& event) {
    const auto patch = transaction_.exec_params(
        "SELECT p.message_row, p.revision, p.state, coalesce((SELECT login FROM account WHERE id = "
        "p.delegate_id), ''), p.archived::text, p.commit_ref, p.series_id, m.project_id "
        "FROM patch p JOIN message m ON m.id = p.message_row WHERE m.message_id = $1 AND "
        "m.project_id = (SELECT id FROM project WHERE name = $2) FOR NO KEY UPDATE OF p",
        event.message_id, event.project);
    if (patch.empty()) return Fate::unknown_patch;
    if (event.actor != Actor::automation().login && event.actor != Actor::takeover().login)
      need_account(event.actor);
    if (!event.field.empty()) return change(event, patch[0]);
    return remark(event, patch[0]);
  }

 private:
  void need_account(const std::string& login) {
    if (login.empty() || !accounts_.insert(login).second) return;
    transaction_.exec_params(
        "INSERT INTO account (login, disabled) VALUES ($1, true) ON CONFLICT DO NOTHING", login);
  }

  Fate change(const Event& event, const pqxx::row& patch) {
    const auto revision = patch[1].as<std::int64_t>();
    if (event.revision <= revision) return is_there(event, patch) ? Fate::there : Fate::otherwise;
    const auto field = patch_field(event.field);
    if (!field || event.revision != revision + 1 ||
        patch[2 + static_cast<int>(*field)].as<std::string>() != event.from)
      return Fate::otherwise;
    const auto row = patch[0].as<std::int64_t>();
    if (*field == PatchField::delegate) need_account(event.to);
    transaction_.exec_params("SELECT write_changes($1, $2)", event.actor,
                             to_json({Step{row, *field, event.from, event.to}}));
    transaction_.exec_params(
        "UPDATE event SET created_at = to_timestamp($1) WHERE message_row = $2 AND revision = $3",
        event.at.time_since_epoch().count(), row, event.revision);
    return Fate::made;
  }

  bool is_there(const Event& event, const pqxx::row& patch) {
    return !transaction_
                .exec_params(
                    "SELECT FROM event WHERE message_row = $1 AND revision = $2 AND field = $3 AND "
                    "old_value = $4 AND new_value = $5 AND actor = $6",
                    patch[0].as<std::int64_t>(), event.revision, event.field, event.from, event.to,
                    event.actor)
                .empty();
  }

  Fate remark(const Event& event, const pqxx::row& patch) {
    const auto said = Json::parse(event.to);
    const auto at = event.at.time_since_epoch().count();
    const auto row = patch[0].as<std::int64_t>(), series = patch[6].as<std::int64_t>();
    const auto text = [&said](const char* key) { return said.at(key).get<std::string>(); };
    const auto added =
        event.category == "note-created"
            ? transaction_.exec_params(
                  "INSERT INTO note (message_row, account_id, text, request, created_at) "
                  "SELECT $1, id, $2, $3, to_timestamp($4) FROM account WHERE login = $5 "
                  "ON CONFLICT (request) DO NOTHING RETURNING id",
                  row, text("text"), text("request"), at, event.actor)
            : transaction_.exec_params(
                  "INSERT INTO check_result (message_row, series_id, context, state, url, "
                  "description, request, created_at, account_id) SELECT CASE WHEN $9 THEN "
                  "NULL::bigint ELSE $1 END, CASE WHEN $9 THEN $2::bigint END, $3, $4, $5, $6, $7, "
                  "to_timestamp($8), id FROM account WHERE login = $10 "
                  "ON CONFLICT (request) DO NOTHING RETURNING id",
                  row, series, text("context"), text("state"), text("url"), text("description"),
                  text("request"), at, text("of") == "series", event.actor);
    if (added.empty()) return Fate::there;
    transaction_.exec_params(
        "INSERT INTO event (project_id, category, message_row, series_id, actor, new_value, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7))",
        patch[7].as<std::int64_t>(), event.category, row, series, event.actor, event.to, at);
    return Fate::made;
  }

  pqxx::transaction_base& transaction_;
  std::set<std::string> accounts_;  // that are there
};

std::string told(const Event& event, Fate fate) {
  const auto what = event.field.empty() ? event.category
                                        : event.field + " " + event.from + " to " + event.to +
                                              ", revision " + std::to_string(event.revision);
  return event.project + " " + event.message_id + ": " + what + ": " +
         (fate == Fate::unknown_patch ? "no such patch" : "it was changed otherwise");
}

}  // namespace

bool is_replayed(const Event& event) {
  return (!event.field.empty() && event.account.empty()) || event.category == "check-created" ||
         event.category == "note-created";
}

ReplayedEvents replay_events(const std::string& connection, std::vector<Event> events) {
  // An id is given under the lock of the patch: the order in which those of one patch happened,
  // which that of the feed need not be.
  std::sort(events.begin(), events.end(),
            [](const Event& left, const Event& right) { return left.cursor.id < right.cursor.id; });
  return as_store_error([&] {
    Pool::Connection connected{with_bounds(connection)};
    require_known_schema(connected.session);
    pqxx::work transaction{connected.session};
    Replay replay{transaction};
    ReplayedEvents replayed;
    for (const auto& event : events) {
      if (!is_replayed(event)) continue;
      const auto fate = replay.make(event);
      replayed.made += fate == Fate::made ? 1 : 0;
      replayed.there += fate == Fate::there ? 1 : 0;
      if (fate == Fate::unknown_patch || fate == Fate::otherwise)
        replayed.unfit.push_back(told(event, fate));
    }
    transaction.commit();
    return replayed;
  });
}

}  // namespace quilter
