#include "core/store/apply.hpp"

#include <algorithm>

#include "core/digest/digest.hpp"
#include "core/series/identities.hpp"
#include "core/store/lost_race.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::string_view kind_word(Kind kind) {
  switch (kind) {
    case Kind::patch:
      return "patch";
    case Kind::cover_letter:
      return "cover";
    case Kind::comment:
      return "comment";
    case Kind::pull_request:
      return "pull";
  }
  return "comment";
}

// One submission on its way into the database. Members are in the order in which they are written.
class Writer {
 public:
  Writer(pqxx::transaction_base& transaction, const Project& project, const Submission& submission,
         const Plan& plan)
      : transaction_{transaction}, project_{project}, submission_{submission}, plan_{plan} {}

  void write_person(const Facts& facts);
  void write_neighbourhood(const Place& place);
  void write_message(const RawMessage& message);
  void write_series();
  void move_members();
  void write_patch();
  void write_cover();
  void write_comment();
  void adopt_comments();
  void write_events();
  std::int64_t own_series() const { return plan_.own_series ? series_ids_[*plan_.own_series] : 0; }

 private:
  void insert_series(const SeriesWrite& write, std::size_t index);
  void update_series(const SeriesWrite& write, std::size_t index);
  std::string supersedes(const SeriesWrite& write) const;
  void write_event(std::string_view category, std::optional<std::int64_t> message,
                   std::int64_t series);

  pqxx::transaction_base& transaction_;
  const Project& project_;
  const Submission& submission_;
  const Plan& plan_;
  std::int64_t person_ = 0;
  std::int64_t neighbourhood_ = 0;
  std::int64_t message_ = 0;
  std::vector<std::int64_t> series_ids_;  // as Plan::series
};

void Writer::write_person(const Facts& facts) {
  const auto& submitter = submission_.submitter;
  const auto named_at = sql::time(submission_.date);
  if (plan_.person == Plan::Person::insert) {
    const auto rows = transaction_.exec_params(
        "INSERT INTO person (address, name, named_at, named_by) VALUES ($1, $2, NULLIF($3, "
        "'')::timestamptz, $4) "
        "ON CONFLICT DO NOTHING RETURNING id",
        submitter.address, submitter.name, named_at, submission_.message_id);
    if (rows.empty()) throw LostRace{"the person was inserted by another transaction"};
    person_ = rows[0][0].as<std::int64_t>();
    return;
  }
  person_ = facts.person->id;
  if (plan_.person == Plan::Person::rename)
    transaction_.exec_params(
        "UPDATE person SET name = $2, named_at = NULLIF($3, '')::timestamptz, named_by = $4 WHERE "
        "id = $1",
        person_, submitter.name, named_at, submission_.message_id);
}

// Several neighbourhoods that this submission ties together become the oldest of them.
void Writer::write_neighbourhood(const Place& place) {
  if (place.neighbourhoods.empty()) {
    neighbourhood_ =
        transaction_.exec("INSERT INTO neighbourhood DEFAULT VALUES RETURNING id")[0][0]
            .as<std::int64_t>();
  } else {
    neighbourhood_ = place.neighbourhoods.front();
  }
  if (place.neighbourhoods.size() > 1) {
    const auto others =
        sql::array(std::vector(place.neighbourhoods.begin() + 1, place.neighbourhoods.end()));
    for (const std::string table : {"tie", "series"})
      transaction_.exec_params(
          "UPDATE " + table + " SET neighbourhood_id = $1 WHERE neighbourhood_id = ANY ($2)",
          neighbourhood_, others);
  }
  if (!place.missing_ties.empty())
    transaction_.exec_params(
        "INSERT INTO tie (key, neighbourhood_id) SELECT unnest($2::bigint[]), $1", neighbourhood_,
        sql::array(place.missing_ties));
}

std::vector<std::string> trailer_lines(const std::vector<Trailer>& trailers) {
  std::vector<std::string> lines;
  for (const auto& trailer : trailers) lines.push_back(trailer.name + ": " + trailer.value);
  return lines;
}

// Whatever must be there first, however the mail says it.
std::vector<std::string> depends_on(const Metadata& metadata) {
  auto all = metadata.depends_on;
  all.insert(all.end(), metadata.based_on.begin(), metadata.based_on.end());
  all.insert(all.end(), metadata.prerequisite_message_ids.begin(),
             metadata.prerequisite_message_ids.end());
  return all;
}

void Writer::write_message(const RawMessage& message) {
  const auto& metadata = submission_.metadata;
  const auto rows = transaction_.exec_params(
      R"(INSERT INTO message (project_id, message_id, message_id_derived, kind, submitter_id,
                              author_name, author_address, date, subject, name, prefixes, version,
                              number, total, numbered, ancestors, trailers, content_sha256, raw,
                              truncated, base_commit, change_id, depends_on, supersedes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULLIF($8, '')::timestamptz, $9, $10, $11, $12, $13,
                 $14, $15, $16, $17, decode($18, 'hex'), $19, $20, $21, $22, $23, $24)
         RETURNING id)",
      project_.id, submission_.message_id, submission_.message_id_derived,
      std::string{kind_word(submission_.kind)}, person_, submission_.author.name,
      submission_.author.address, sql::time(submission_.date), submission_.subject,
      submission_.name, sql::array(submission_.prefixes), submission_.version, submission_.number,
      submission_.total, submission_.numbered, sql::array(submission_.ancestors),
      sql::array(trailer_lines(submission_.trailers)), sha256_hex(submission_.content),
      pqxx::binarystring(message.bytes), message.truncated, metadata.base_commit,
      metadata.change_id, sql::array(depends_on(metadata)), sql::array(metadata.supersedes));
  message_ = rows[0][0].as<std::int64_t>();
}

std::string Writer::supersedes(const SeriesWrite& write) const {
  if (write.supersedes && series_ids_[*write.supersedes] != 0)
    return std::to_string(series_ids_[*write.supersedes]);
  return sql::number(write.row.supersedes);
}

// New series first, in canonical order, so that the ones that change can point at them.
void Writer::write_series() {
  for (const auto& write : plan_.series) series_ids_.push_back(write.id.value_or(0));
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (!plan_.series[i].id) insert_series(plan_.series[i], i);
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (plan_.series[i].id && plan_.series[i].changed) update_series(plan_.series[i], i);
}

void Writer::insert_series(const SeriesWrite& write, std::size_t index) {
  const auto rows = transaction_.exec_params(
      R"(INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id, date,
                             received, complete, by_hand, supersedes_id)
         VALUES ($1, $2, $3, $4, $5, (SELECT id FROM person WHERE address = $6),
                 NULLIF($7, '')::timestamptz, $8, $9, $10, NULLIF($11, '')::bigint)
         RETURNING id)",
      project_.id, neighbourhood_, write.row.version, write.row.total, write.row.name,
      write.row.submitter, sql::time(write.row.date), write.row.received, write.row.complete,
      write.row.by_hand, supersedes(write));
  series_ids_[index] = rows[0][0].as<std::int64_t>();
}

void Writer::update_series(const SeriesWrite& write, std::size_t index) {
  transaction_.exec_params(
      R"(UPDATE series SET version = $2, total = $3, name = $4,
                           submitter_id = (SELECT id FROM person WHERE address = $5),
                           date = NULLIF($6, '')::timestamptz, received = $7, complete = $8,
                           by_hand = $9, supersedes_id = NULLIF($10, '')::bigint
         WHERE id = $1)",
      series_ids_[index], write.row.version, write.row.total, write.row.name, write.row.submitter,
      sql::time(write.row.date), write.row.received, write.row.complete, write.row.by_hand,
      supersedes(write));
}

// In one statement a table, so that members can change slots among themselves.
void Writer::move_members() {
  if (!plan_.placements.empty()) {
    std::vector<std::string> members;
    std::vector<std::int64_t> series;
    for (const auto& placement : plan_.placements) {
      members.push_back(placement.member);
      series.push_back(series_ids_[placement.series]);
    }
    for (const std::string table : {"patch", "cover"})
      transaction_.exec_params(
          "UPDATE " + table +
              " x SET series_id = v.series FROM (SELECT unnest($2::text[]), unnest($3::bigint[])) "
              "v (id, series), message m WHERE m.project_id = $1 AND m.message_id = v.id AND "
              "x.message_row = m.id",
          project_.id, sql::array(members), sql::array(series));
  }
  for (const auto& redirect : plan_.redirects)  // and what redirected to it: one hop, always
    transaction_.exec_params(
        "UPDATE series SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1", redirect.from,
        series_ids_[redirect.to]);
}

void Writer::write_patch() {
  transaction_.exec_params(
      "INSERT INTO patch (message_row, series_id, number, paths, diff_sha256, patch_id, pull_url, "
      "pull_ref) VALUES "
      "($1, $2, $3, $4, decode(NULLIF($5, ''), 'hex'), decode(NULLIF($6, ''), 'hex'), NULLIF($7, "
      "''), NULLIF($8, ''))",
      message_, own_series(), submission_.number, sql::array(paths(submission_.files)),
      submission_.diff.empty() ? "" : sha256_hex(submission_.diff), submission_.patch_id,
      submission_.pull ? submission_.pull->url : "", submission_.pull ? submission_.pull->ref : "");
}

void Writer::write_cover() {
  transaction_.exec_params("INSERT INTO cover (message_row, series_id) VALUES ($1, $2)", message_,
                           own_series());
}

void Writer::write_comment() {
  const auto key_of = [this](const MessageId& id) { return message_key(id, project_.id); };
  transaction_.exec_params(
      R"(INSERT INTO comment (message_row, key, parent_row)
         VALUES ($1, $2, (SELECT id FROM message WHERE project_id = $3 AND message_id = $4)))",
      message_, key_of(submission_.message_id), project_.id, plan_.own_parent.value_or(""));
  std::vector<std::int64_t> mentions(plan_.own_mentions.size());
  std::transform(plan_.own_mentions.begin(), plan_.own_mentions.end(), mentions.begin(), key_of);
  transaction_.exec_params(
      R"(INSERT INTO mention (key, message_row) SELECT DISTINCT unnest($1::bigint[]), $2::bigint)",
      sql::array(mentions), message_);
}

void Writer::adopt_comments() {
  if (plan_.adoptions.empty()) return;
  std::vector<std::string> comments, parents;
  for (const auto& adoption : plan_.adoptions) {
    comments.push_back(adoption.comment);
    parents.push_back(adoption.parent.value_or(""));
  }
  transaction_.exec_params(
      R"(UPDATE comment c SET parent_row = t.id
         FROM (SELECT unnest($2::text[]), unnest($3::text[])) v (comment, parent)
              JOIN message m ON m.project_id = $1 AND m.message_id = v.comment
              LEFT JOIN message t ON t.project_id = $1 AND t.message_id = v.parent
         WHERE c.message_row = m.id)",
      project_.id, sql::array(comments), sql::array(parents));
}

void Writer::write_event(std::string_view category, std::optional<std::int64_t> message,
                         std::int64_t series) {
  transaction_.exec_params(
      "INSERT INTO event (project_id, category, message_row, series_id) "
      "VALUES ($1, $2, NULLIF($3, '')::bigint, NULLIF($4, 0))",
      project_.id, std::string{category}, sql::number(message), series);
}

void Writer::write_events() {
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (!plan_.series[i].id) write_event("series-created", {}, series_ids_[i]);
  const auto created = submission_.kind == Kind::cover_letter ? "cover-created"
                       : submission_.kind == Kind::comment    ? "comment-created"
                                                              : "patch-created";
  write_event(created, message_, own_series());
  for (const auto& redirect : plan_.redirects) write_event("series-merged", {}, redirect.from);
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (plan_.series[i].completed) write_event("series-completed", {}, series_ids_[i]);
}

}  // namespace

std::int64_t apply(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, const RawMessage& message, const Place& place,
                   const Facts& facts, const Plan& plan) {
  Writer writer{transaction, project, submission, plan};
  writer.write_person(facts);
  if (submission.kind != Kind::comment) writer.write_neighbourhood(place);
  writer.write_message(message);
  writer.write_series();
  writer.move_members();
  switch (submission.kind) {
    case Kind::patch:
    case Kind::pull_request:
      writer.write_patch();
      break;
    case Kind::cover_letter:
      writer.write_cover();
      break;
    case Kind::comment:
      writer.write_comment();
      break;
  }
  writer.adopt_comments();
  writer.write_events();
  return writer.own_series();
}

}  // namespace quilter
