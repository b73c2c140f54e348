#include "core/store/tracker.hpp"

#include <algorithm>
#include <utility>

#include "core/mail/text.hpp"
#include "core/store/attempts.hpp"
#include "core/store/new_request.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/read_feed.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"
#include "core/store/tracking_json.hpp"

namespace quilter {
namespace {

enum class Keeping : std::uint8_t { wanted, left };

// Each reader of the log gets them, for ever.
constexpr std::size_t longest_note = 65536;
constexpr std::size_t longest_of_check = 4096;

// Under any stricter level who waits for a row would not see what it waited for.
void begin(pqxx::transaction_base& transaction, const StoreOptions& options) {
  transaction.exec(
      "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
      std::to_string(options.lock_timeout.count()) +
      "; SET LOCAL statement_timeout = " + std::to_string(options.statement_timeout.count()));
}

// The least that a change was decided on; what moved before it is not asked for.
std::optional<std::int64_t> oldest_revision(const std::vector<Change>& changes) {
  std::optional<std::int64_t> oldest;
  for (const auto& change : changes)
    if (change.revision) oldest = std::min(oldest.value_or(*change.revision), *change.revision);
  return oldest;
}

// What a request names, as arrays of PostgreSQL.
struct Named {
  std::string message_ids, patches, series;
};

Named named_by(const Request& request) {
  std::vector<std::string> message_ids;
  std::vector<std::int64_t> patches, series;
  for (const auto& change : request.changes) {
    if (const auto* patch = std::get_if<PatchId>(&change.target))
      patches.push_back(patch->id);
    else if (const auto* one = std::get_if<SeriesId>(&change.target))
      series.push_back(one->id);
    else
      message_ids.push_back(std::get<MessageId>(change.target));
  }
  return {sql::array(message_ids), sql::array(patches), sql::array(series)};
}

// Who derives a project again locks its patches in no order: it is to be alone, as beside ingest. A
// patch stays in its project, and the one that is named counts also where its mail is yet to come.
void share_projects(pqxx::transaction_base& transaction, const Request& request,
                    const Named& named) {
  for (const auto& row : transaction.exec_params(
           // A subquery is evaluated once; a function that reads would be for each row there is.
           "SELECT m.project_id FROM message m "
           "WHERE m.id = ANY (ARRAY(SELECT unnest(named_patches($1, $2, $3, $4)))) "
           "UNION SELECT j.id FROM project j WHERE j.name = $1 ORDER BY 1",
           request.project, named.message_ids, named.patches, named.series))
    transaction.exec(share_project(row[0].as<std::int64_t>()));
}

TrackingFacts hold(pqxx::transaction_base& transaction, const Request& request) {
  const auto named = named_by(request);
  share_projects(transaction, request, named);
  const auto row = transaction.exec_params1(
      "SELECT hold_patches($1, $2, $3, $4, $5, NULLIF($6, '')::bigint)", request.actor.login,
      request.project, named.message_ids, named.patches, named.series,
      sql::number(oldest_revision(request.changes)));
  return tracking_facts(row[0].as<std::string>());
}

// What is tried again where its commit was in doubt is not done again: others may have changed it
// since.
class Update {
 public:
  explicit Update(const Request& request) : request_{request} {}

  std::vector<Outcome> attempt(pqxx::transaction_base& transaction, Keeping keeping) {
    const auto facts = hold(transaction, request_);
    if (decision_ && took_place(transaction, number_)) return decision_->outcomes;
    decision_ = decide(request_, facts);
    if (keeping == Keeping::wanted && !decision_->steps.empty())
      transaction.exec_params("SELECT write_changes($1, $2, $3)", request_.actor.login,
                              to_json(decision_->steps), number_);
    return decision_->outcomes;
  }

 private:
  const Request& request_;
  std::string number_ = new_request();
  std::optional<Decision> decision_;
};

// Of a check or note: where it may stand, and the patch or series that it is of.
struct Remarked {
  Outcome outcome;
  std::int64_t patch = 0, series = 0;
};

Remarked hold_for(pqxx::transaction_base& transaction, const Actor& actor,
                  const std::string& project, const Target& target, Action action) {
  const auto facts = hold(transaction, {.actor = actor,
                                        .project = project,
                                        .changes = {{.target = target, .to = {}}},
                                        .mode = Mode::all_or_nothing});
  Remarked remarked;
  auto& outcome = remarked.outcome;
  outcome.target = target;
  outcome.reason = Reason::unknown_patch;
  outcome.detail = std::holds_alternative<SeriesId>(target)
                       ? "there is no such series, or no patch of it has come yet"
                       : "there is no such patch";
  if (facts.patches.empty()) return remarked;
  const auto& patch = facts.patches.front();
  outcome.patch = patch.id;
  outcome.message_id = patch.message_id;
  outcome.values = patch.values;
  remarked.patch = patch.id;
  if (std::holds_alternative<SeriesId>(target)) remarked.series = patch.series;
  const bool may = right(roles_of(actor, patch, facts), action) != Right::none;
  outcome.result = may ? Result::applied : Result::refused;
  outcome.reason = may ? Reason::none : Reason::permission;
  outcome.detail = may ? "" : actor.login + " may not " + std::string{to_string(action)};
  return remarked;
}

void write_check(pqxx::transaction_base& transaction, const Actor& actor, const Remarked& where,
                 const CheckResult& check, const std::string& request) {
  transaction.exec_params(
      R"(WITH added AS (
           INSERT INTO check_result (message_row, series_id, context, state, url, description,
                                     account_id, request)
           SELECT CASE WHEN $2 = 0 THEN $1::bigint END, NULLIF($2, 0), $3, $4, $5, $6, a.id, $8
           FROM account a WHERE a.login = $7 ON CONFLICT (request) DO NOTHING RETURNING *)
         INSERT INTO event (project_id, category, message_row, series_id, actor, new_value)
         SELECT m.project_id, 'check-created', p.message_row, p.series_id, $7,
                json_build_object('of', CASE WHEN c.series_id IS NULL THEN 'patch' ELSE 'series' END,
                                  'context', c.context, 'state', c.state, 'url', c.url,
                                  'description', c.description, 'request', c.request)
         FROM added c, patch p JOIN message m ON m.id = p.message_row WHERE p.message_row = $1)",
      where.patch, where.series, check.context, check.state, valid_utf8(check.url),
      valid_utf8(check.description), actor.login, request);
}

void write_note(pqxx::transaction_base& transaction, const Actor& actor, const Remarked& where,
                const std::string& text, const std::string& request) {
  transaction.exec_params(
      R"(WITH added AS (
           INSERT INTO note (message_row, account_id, text, request)
           SELECT $1::bigint, a.id, $2, $4 FROM account a WHERE a.login = $3
           ON CONFLICT (request) DO NOTHING RETURNING *)
         INSERT INTO event (project_id, category, message_row, series_id, actor, new_value)
         SELECT m.project_id, 'note-created', p.message_row, p.series_id, $3,
                json_build_object('text', n.text, 'request', n.request)
         FROM added n, patch p JOIN message m ON m.id = p.message_row WHERE p.message_row = $1)",
      where.patch, valid_utf8(text), actor.login, request);
}

Outcome refused(const Target& target, const std::string& detail) {
  return {.target = target,
          .patch = 0,
          .message_id = {},
          .result = Result::refused,
          .reason = Reason::unknown_value,
          .detail = detail,
          .values = {}};
}

}  // namespace

Tracker::Tracker(const StoreOptions& options)
    : options_{options}, pool_{pool_with_schema(options)} {
  as_store_error([this] { pool_->lease(); });
}

Tracker::~Tracker() = default;

template <typename Work>
auto Tracker::transact(Work work) {
  return quilter::transact(*pool_, [&](pqxx::transaction_base& transaction) {
    begin(transaction, options_);
    return work(transaction);
  });
}

std::vector<Outcome> Tracker::update(const Request& request) {
  return transact([update = Update{request}](auto& transaction) mutable {
    return update.attempt(transaction, Keeping::wanted);
  });
}

std::vector<Outcome> Tracker::try_update(const Request& request) {
  return transact([update = Update{request}](auto& transaction) mutable {
    return update.attempt(transaction, Keeping::left);
  });
}

Outcome Tracker::add_check(const Actor& actor, const std::string& project, const Target& target,
                           const CheckResult& check) {
  if (const auto fault = fault_of(check); !fault.empty()) return refused(target, fault);
  if (std::max(check.url.size(), check.description.size()) > longest_of_check)
    return refused(target, "a check's description and address are no longer than " +
                               std::to_string(longest_of_check) + " octets");
  return transact([&, request = new_request()](auto& transaction) {
    const auto where = hold_for(transaction, actor, project, target, Action::add_check);
    if (where.outcome.result == Result::applied)
      write_check(transaction, actor, where, check, request);
    return where.outcome;
  });
}

Outcome Tracker::add_note(const Actor& actor, const std::string& project, const Target& target,
                          const std::string& text) {
  if (text.empty() || std::holds_alternative<SeriesId>(target))
    return refused(target, "a note has text, and is on a patch");
  if (text.size() > longest_note)
    return refused(target, "a note is no longer than " + std::to_string(longest_note) + " octets");
  return transact([&, request = new_request()](auto& transaction) {
    const auto where = hold_for(transaction, actor, project, target, Action::add_note);
    if (where.outcome.result == Result::applied)
      write_note(transaction, actor, where, text, request);
    return where.outcome;
  });
}

void Tracker::require_known(const EventFilter& filter) {
  transact([&](auto& transaction) { quilter::require_known(transaction, filter); });
}

EventPage Tracker::events(const EventFilter& filter, const Cursor& after, std::int64_t most) {
  return transact([&](auto& transaction) { return read_feed(transaction, filter, after, most); });
}

Cursor Tracker::horizon() {
  return transact([](auto& transaction) { return feed_horizon(transaction); });
}

}  // namespace quilter
