#include "core/store/rederive.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/series/identities.hpp"
#include "core/store/apply.hpp"
#include "core/store/facts.hpp"
#include "core/store/rederive_ties.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// What is written, with the project's lock held: nobody else records in it, or decides about its
// series, until the commit.
class Rederivation {
 public:
  Rederivation(pqxx::transaction_base& transaction, const Project& project,
               const StitchOptions& options, const std::vector<Reread>& messages)
      : transaction_{transaction}, project_{project}, options_{options}, messages_{messages} {}

  Rederived run() {
    transaction_.exec("SET CONSTRAINTS ALL DEFERRED");  // members change slots one after the other
    done_.messages = messages_.size();
    forget();
    write_messages();
    load();
    place();
    remove_empty_series();
    write_comments();
    return done_;
  }

 private:
  bool is_placed(const Reread& message) const {
    return facts_.series_of.contains(message.submission.message_id);
  }
  static bool is_member(const Reread& message) {
    return message.stays && message.submission.kind != Kind::comment;
  }
  static bool is_comment(const Reread& message) {
    return message.stays && message.submission.kind == Kind::comment;
  }
  void forget();
  void write_messages();
  void rename_messages();
  void load();
  void load_series();
  void place();
  std::vector<std::vector<std::size_t>> kin() const;
  Facts facts_of(const std::vector<std::size_t>& kin) const;
  Keys keys_of(const std::vector<std::size_t>& kin) const;
  void write(const Facts& facts, const std::vector<std::size_t>& kin, std::int64_t home);
  void write_members(const std::vector<std::size_t>& kin, const Plan& plan, const Facts& facts,
                     const Keys& ids);
  void remove_empty_series();
  void write_comments();
  void write_parents(const std::vector<Remark>& remarks,
                     const std::vector<std::optional<MessageId>>& found);
  void write_mentions(const std::vector<Remark>& remarks, const std::set<MessageId>& settled);

  pqxx::transaction_base& transaction_;
  const Project& project_;
  const StitchOptions& options_;
  const std::vector<Reread>& messages_;
  std::map<MessageId, const Reread*> by_id_;  // what stays
  Facts facts_;                               // of the whole project
  Rederived done_;
};

// Of mails that were pinned to one that goes, the oldest is the anchor from now on.
void Rederivation::forget() {
  std::vector<std::int64_t> rows;
  for (const auto& message : messages_)
    if (!message.stays) rows.push_back(message.row);
  done_.forgotten = rows.size();
  if (rows.empty()) return;
  const auto gone = sql::array(rows);
  transaction_.exec_params(
      R"(UPDATE pin SET anchor_row = heir.message_row
         FROM (SELECT anchor_row, min(message_row) FROM pin
               WHERE anchor_row = ANY ($1) AND NOT message_row = ANY ($1) GROUP BY anchor_row)
              heir (anchor_row, message_row)
         WHERE pin.anchor_row = heir.anchor_row)",
      gone);
  transaction_.exec_params("UPDATE comment SET parent_row = NULL WHERE parent_row = ANY ($1)",
                           gone);
  for (const std::string table : {"pin", "mention", "comment", "patch", "cover"})
    transaction_.exec_params("DELETE FROM " + table + " WHERE message_row = ANY ($1)", gone);
  transaction_.exec_params("DELETE FROM message WHERE id = ANY ($1)", gone);
}

// Ids may change places: each is free before somebody takes it.
void Rederivation::rename_messages() {
  std::vector<std::int64_t> renamed;
  for (const auto& message : messages_)
    if (message.stays && message.recorded_id != message.submission.message_id)
      renamed.push_back(message.row);
  if (!renamed.empty())
    transaction_.exec_params("UPDATE message SET message_id = 'row ' || id WHERE id = ANY ($1)",
                             sql::array(renamed));
}

// What a message no longer is goes with its new kind.
void Rederivation::write_messages() {
  rename_messages();
  for (const auto& message : messages_) {
    if (!message.stays || message.columns.empty()) continue;
    ++done_.changed;
    transaction_.exec_params("INSERT INTO person (address) VALUES ($1) ON CONFLICT DO NOTHING",
                             message.submission.submitter.address);
    write_message(transaction_, message);
  }
  const auto leave = [this](const std::string& table, const std::string& kinds) {
    transaction_.exec_params("DELETE FROM " + table +
                                 " x USING message m WHERE m.project_id = $1 "
                                 "AND x.message_row = m.id AND NOT m.kind IN " +
                                 kinds,
                             project_.id);
  };
  leave("patch", "('patch', 'pull')");
  leave("cover", "('cover')");
  leave("mention", "('comment')");
  leave("comment", "('comment')");
}

// Some neighbourhoods at a time: what the server puts into one answer is bounded.
void Rederivation::load_series() {
  constexpr std::size_t at_once = 1'000;
  Keys some;
  const auto load_some = [&] {
    Facts facts;
    load_neighbourhoods(transaction_, project_, some, facts);
    facts_.series.merge(facts.series);
    facts_.series_of.merge(facts.series_of);
    std::ranges::move(facts.members, std::back_inserter(facts_.members));
    some.clear();
  };
  for (const auto& row : transaction_.exec_params(
           "SELECT DISTINCT neighbourhood_id FROM series WHERE project_id = $1", project_.id)) {
    some.push_back(row[0].as<std::int64_t>());
    if (some.size() == at_once) load_some();
  }
  load_some();
}

// Members that have no place yet are known from their mails alone.
void Rederivation::load() {
  load_series();
  std::map<MessageId, MessageId> anchors;
  for (const auto& row : transaction_.exec_params(
           "SELECT m.message_id, a.message_id FROM pin JOIN message m ON m.id = pin.message_row "
           "JOIN message a ON a.id = pin.anchor_row WHERE m.project_id = $1",
           project_.id))
    anchors.emplace(row[0].as<std::string>(), row[1].as<std::string>());
  for (const auto& message : messages_) {
    if (message.stays) by_id_.emplace(message.submission.message_id, &message);
    if (!is_member(message) || is_placed(message)) continue;
    facts_.members.push_back(member_of(message.submission));
    const auto anchor = anchors.find(message.submission.message_id);
    if (anchor != anchors.end()) facts_.members.back().anchor = anchor->second;
  }
}

// Members that can change each other, as indices: by their ties, by what they are recorded as, and
// by hand.
std::vector<std::vector<std::size_t>> Rederivation::kin() const {
  std::vector<Keys> all;
  for (const auto& member : facts_.members) {
    auto keys =
        tie_keys(identities(by_id_.at(member.message_id)->submission, options_), project_.id);
    const auto series = facts_.series_of.find(member.message_id);
    if (series != facts_.series_of.end())
      keys.push_back(series->second);  // no hash: they are small
    if (!member.anchor.empty()) keys.push_back(message_key(member.anchor, project_.id));
    all.push_back(std::move(keys));
  }
  return related(all);
}

Facts Rederivation::facts_of(const std::vector<std::size_t>& kin) const {
  Facts facts;
  for (const auto index : kin) {
    const auto& member = facts_.members[index];
    facts.members.push_back(member);
    const auto series = facts_.series_of.find(member.message_id);
    if (series == facts_.series_of.end()) continue;
    facts.series_of.insert(*series);
    facts.series.insert(*facts_.series.find(series->second));
  }
  return facts;
}

Keys Rederivation::keys_of(const std::vector<std::size_t>& kin) const {
  Keys keys;
  for (const auto index : kin) {
    const auto& submission = by_id_.at(facts_.members[index].message_id)->submission;
    const auto more = tie_keys(identities(submission, options_), project_.id);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

// The index into Plan::series of each member.
std::map<MessageId, std::size_t> places_in(const Plan& plan, const Facts& facts) {
  std::map<std::int64_t, std::size_t> by_id;
  for (std::size_t i = 0; i < plan.series.size(); ++i)
    if (plan.series[i].id) by_id.emplace(*plan.series[i].id, i);
  std::map<MessageId, std::size_t> places;
  for (const auto& placement : plan.placements) places.emplace(placement.member, placement.series);
  for (const auto& [member, id] : facts.series_of)
    if (!places.contains(member)) places.emplace(member, by_id.at(id));
  return places;
}

void Rederivation::write_members(const std::vector<std::size_t>& kin, const Plan& plan,
                                 const Facts& facts, const Keys& ids) {
  const auto places = places_in(plan, facts);
  for (const auto index : kin) {
    const auto& message = *by_id_.at(facts_.members[index].message_id);
    const auto series = ids.at(places.at(message.submission.message_id));
    if (message.submission.kind != Kind::cover_letter) {
      if (!message.columns.empty()) write_patch(transaction_, message, series);
    } else if (!is_placed(message)) {
      transaction_.exec_params(
          "INSERT INTO cover (message_row, series_id) VALUES ($1, $2) "
          "ON CONFLICT (message_row) DO UPDATE SET series_id = excluded.series_id",
          message.row, series);
    }
  }
}

// The difference, where there is one, as when mail comes.
void Rederivation::write(const Facts& facts, const std::vector<std::size_t>& kin,
                         std::int64_t home) {
  const auto plan = make_plan(facts, options_);
  const auto changed =
      std::ranges::count_if(plan.series, [](const SeriesWrite& write) { return write.changed; });
  done_.moved += plan.placements.size();
  done_.series += plan.redirects.size() + static_cast<std::size_t>(changed);
  Keys ids;
  if (changed > 0 || !plan.placements.empty() || !plan.redirects.empty()) {
    ids = apply(transaction_, project_, {home}, plan);
  } else {
    for (const auto& series : plan.series) ids.push_back(series.id.value());
  }
  write_members(kin, plan, facts, ids);
}

void Rederivation::place() {
  const auto all = kin();
  std::vector<Keys> keys;
  for (const auto& some : all) keys.push_back(keys_of(some));
  const auto homes = tie_sets(transaction_, keys);
  Keys rows, home_of;
  for (std::size_t i = 0; i < all.size(); ++i) {
    write(facts_of(all[i]), all[i], homes[i]);
    for (const auto index : all[i]) {
      rows.push_back(by_id_.at(facts_.members[index].message_id)->row);
      home_of.push_back(homes[i]);
    }
  }
  for (const std::string table : {"patch", "cover"})
    transaction_.exec_params(
        "UPDATE series s SET neighbourhood_id = v.home "
        "FROM (SELECT unnest($1::bigint[]), unnest($2::bigint[])) v (message_row, home), " +
            table +
            " x WHERE x.message_row = v.message_row AND s.id = x.series_id "
            "AND s.neighbourhood_id <> v.home",
        sql::array(rows), sql::array(home_of));
}

// All of whose members were forgotten, or are none any more; and what redirected there.
void Rederivation::remove_empty_series() {
  std::vector<std::int64_t> empty;
  for (const auto& row : transaction_.exec_params(
           R"(WITH empty AS (
                SELECT id FROM series s WHERE project_id = $1 AND merged_into_id IS NULL
                  AND NOT EXISTS (SELECT FROM patch WHERE series_id = s.id)
                  AND NOT EXISTS (SELECT FROM cover WHERE series_id = s.id))
              SELECT s.id FROM series s JOIN empty e ON e.id IN (s.id, s.merged_into_id))",
           project_.id))
    empty.push_back(row[0].as<std::int64_t>());
  if (empty.empty()) return;
  const auto ids = sql::array(empty);
  transaction_.exec_params("UPDATE event SET series_id = NULL WHERE series_id = ANY ($1)", ids);
  transaction_.exec_params("UPDATE series SET supersedes_id = NULL WHERE supersedes_id = ANY ($1)",
                           ids);
  transaction_.exec_params("DELETE FROM series WHERE id = ANY ($1)", ids);
  done_.series += empty.size();
}

void Rederivation::write_comments() {
  std::set<MessageId> settled;  // what is a patch or cover letter, and then what belongs to one
  std::vector<Remark> remarks;
  for (const auto& message : messages_) {
    if (is_member(message)) settled.insert(message.submission.message_id);
    if (!is_comment(message)) continue;
    remarks.push_back({message.submission.message_id, message.submission.ancestors});
    if (message.columns.empty()) continue;
    transaction_.exec_params("DELETE FROM mention WHERE message_row = $1", message.row);
    transaction_.exec_params(
        "INSERT INTO comment (message_row, key) VALUES ($1, $2) "
        "ON CONFLICT (message_row) DO UPDATE SET key = excluded.key",
        message.row, message_key(message.submission.message_id, project_.id));
  }
  const auto found = parents(remarks, settled);
  for (std::size_t i = 0; i < remarks.size(); ++i)
    if (found[i]) settled.insert(remarks[i].message_id);
  write_parents(remarks, found);
  write_mentions(remarks, settled);
}

void Rederivation::write_parents(const std::vector<Remark>& remarks,
                                 const std::vector<std::optional<MessageId>>& found) {
  std::unordered_map<MessageId, std::int64_t> row_of;
  for (const auto& message : messages_)
    if (message.stays) row_of.emplace(message.submission.message_id, message.row);
  std::vector<std::int64_t> rows, above;  // 0: parked
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    rows.push_back(row_of.at(remarks[i].message_id));
    above.push_back(found[i] ? row_of.at(*found[i]) : 0);
  }
  done_.moved += transaction_
                     .exec_params(
                         R"(UPDATE comment c SET parent_row = NULLIF(v.parent, 0)
                 FROM (SELECT unnest($1::bigint[]), unnest($2::bigint[])) v (id, parent)
                 WHERE c.message_row = v.id AND c.parent_row IS DISTINCT FROM NULLIF(v.parent, 0))",
                         sql::array(rows), sql::array(above))
                     .affected_rows();
}

// Only adds: a mention too many costs a look.
void Rederivation::write_mentions(const std::vector<Remark>& remarks,
                                  const std::set<MessageId>& settled) {
  std::vector<std::string> ids;
  std::vector<std::int64_t> keys;
  for (const auto& remark : remarks)
    for (const auto& mentioned : mentions(remark.ancestors, settled)) {
      ids.push_back(remark.message_id);
      keys.push_back(message_key(mentioned, project_.id));
    }
  transaction_.exec_params(
      R"(INSERT INTO mention (key, message_row)
         SELECT v.key, m.id FROM (SELECT unnest($2::text[]), unnest($3::bigint[])) v (id, key)
                            JOIN message m ON m.project_id = $1 AND m.message_id = v.id
         ON CONFLICT DO NOTHING)",
      project_.id, sql::array(ids), sql::array(keys));
}

}  // namespace

Rederived rederive(pqxx::transaction_base& transaction, const Project& project,
                   const StitchOptions& options, const std::vector<Reread>& messages) {
  return Rederivation{transaction, project, options, messages}.run();
}

}  // namespace quilter
