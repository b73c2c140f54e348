#include "core/store/patchwork_rows.hpp"

#include <nlohmann/json.hpp>

#include "core/store/sql.hpp"
#include "core/store/tracking_json.hpp"

namespace quilter {
namespace {

constexpr const char* select_here =
    R"(SELECT m.message_id, m.kind, coalesce(p.message_row, 0), coalesce(p.state, ''),
              coalesce((SELECT a.login FROM account a WHERE a.id = p.delegate_id), ''),
              coalesce(p.archived, false)::text, coalesce(p.commit_ref, ''),
              coalesce(p.revision, 0),
              ARRAY(SELECT coalesce((SELECT e.actor FROM event e
                                     WHERE e.message_row = p.message_row AND e.field = f.name
                                       AND e.revision IS NOT NULL
                                     ORDER BY e.revision DESC LIMIT 1), '')
                    FROM unnest($3::text[]) WITH ORDINALITY f (name, n) ORDER BY f.n)
       FROM message m LEFT JOIN patch p ON p.message_row = m.id
       WHERE m.message_id = ANY ($2) AND m.project_id = (SELECT id FROM project WHERE name = $1))";

// Of each check, in order: is it there, and is a younger one of its context?
constexpr const char* select_checks_here =
    R"(SELECT EXISTS (SELECT FROM check_result c WHERE c.request = w.request),
              EXISTS (SELECT FROM check_result c
                      WHERE c.message_row = w.patch AND c.context = w.context
                        AND c.created_at > w.at)
       FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::uuid[])
            WITH ORDINALITY w (patch, context, at, request, n)
       ORDER BY w.n)";

// In order: of one context the last counts.
constexpr const char* insert_checks =
    R"(WITH added AS (
         INSERT INTO check_result (message_row, context, state, url, description, account_id,
                                   request, created_at)
         SELECT w.patch, w.context, w.state, w.url, w.description, a.id, w.request, w.at
         FROM ROWS FROM (jsonb_to_recordset($1) AS (
                patch bigint, login text, context text, state text, url text, description text,
                request uuid, at timestamptz)) WITH ORDINALITY w
         JOIN account a ON a.login = w.login
         ORDER BY w.ordinality
         ON CONFLICT (request) DO NOTHING RETURNING *)
       INSERT INTO event (project_id, category, message_row, series_id, actor, new_value,
                          created_at)
       SELECT m.project_id, 'check-created', p.message_row, p.series_id, a.login,
              json_build_object('of', 'patch', 'context', c.context, 'state', c.state, 'url', c.url,
                                'description', c.description, 'request', c.request),
              c.created_at
       FROM added c JOIN account a ON a.id = c.account_id JOIN patch p USING (message_row)
       JOIN message m ON m.id = p.message_row
       ORDER BY c.id)";

std::string json_of(const std::vector<CheckToTake>& checks) {
  auto json = nlohmann::json::array();
  for (const auto& [patch, message_id, login, date, check, request] : checks)
    json.push_back({{"patch", patch},
                    {"login", login},
                    {"context", check.context},
                    {"state", check.state},
                    {"url", check.url},
                    {"description", check.description},
                    {"request", request},
                    {"at", date}});
  return json.dump();
}

}  // namespace

PatchesHere read_patches_here(pqxx::transaction_base& transaction, const std::string& project,
                              const std::vector<PatchThere>& page) {
  std::vector<std::string> ids, fields;
  for (const auto& patch : page) ids.push_back(patch.message_id);
  for (const auto field : patch_fields) fields.emplace_back(to_string(field));
  PatchesHere here;
  for (const auto& row :
       transaction.exec_params(select_here, project, sql::array(ids), sql::array(fields))) {
    PatchHere patch;
    patch.kind = row[1].as<std::string>();
    patch.id = row[2].as<std::int64_t>();
    const auto actors = sql::texts(row[8]);
    for (std::size_t i = 0; i < patch_fields.size(); ++i) {
      patch.values.of.at(i) = row[3 + static_cast<int>(i)].as<std::string>();
      patch.set_by.at(i) = actors.at(i);
    }
    patch.values.revision = row[7].as<std::int64_t>();
    here.emplace(row[0].as<std::string>(), std::move(patch));
  }
  return here;
}

std::size_t drop_known_checks(pqxx::transaction_base& transaction, Takeover& takeover) {
  if (takeover.checks.empty()) return 0;
  std::vector<std::int64_t> patches;
  std::vector<std::string> contexts, dates, requests;
  for (const auto& one : takeover.checks) {
    patches.push_back(one.patch);
    contexts.push_back(one.check.context);
    dates.push_back(one.date);
    requests.push_back(one.request);
  }
  const auto rows =
      transaction.exec_params(select_checks_here, sql::array(patches), sql::array(contexts),
                              sql::array(dates), sql::array(requests));
  std::vector<CheckToTake> fresh;
  std::size_t known = 0;
  for (std::size_t i = 0; i < takeover.checks.size(); ++i) {
    auto& one = takeover.checks[i];
    const auto row = rows[static_cast<pqxx::result::size_type>(i)];
    if (row[0].as<bool>())
      ++known;
    else if (row[1].as<bool>())
      takeover.unfit.add(Unfit::older_check, one.check.context, {one.message_id, one.date});
    else
      fresh.push_back(std::move(one));
  }
  takeover.checks = std::move(fresh);
  return known;
}

void hold_patches_here(pqxx::transaction_base& transaction, const std::string& project,
                       const std::vector<PatchThere>& patches) {
  std::vector<std::string> ids;
  for (const auto& patch : patches) ids.push_back(patch.message_id);
  transaction.exec_params("SELECT hold_patches($1, $2, $3, '{}', '{}', NULL)",
                          Actor::takeover().login, project, sql::array(ids));
}

void write_takeover(pqxx::transaction_base& transaction, const Takeover& takeover) {
  if (!takeover.steps.empty())
    transaction.exec_params("SELECT write_changes($1, $2)", Actor::takeover().login,
                            to_json(takeover.steps));
  if (!takeover.checks.empty()) transaction.exec_params(insert_checks, json_of(takeover.checks));
}

}  // namespace quilter
