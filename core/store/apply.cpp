#include "core/store/apply.hpp"

#include <algorithm>

#include "core/digest/digest.hpp"
#include "core/series/identities.hpp"
#include "core/store/lost_race.hpp"
#include "core/store/series_writer.hpp"
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
      : transaction_{transaction},
        project_{project},
        submission_{submission},
        plan_{plan},
        series_{transaction, project.id, plan} {}

  void write_person(const Facts& facts);
  void write_neighbourhood(const Place& place);
  void write_message(const RawMessage& message);
  void write_series() {
    series_.write_rows(neighbourhood_);
    series_.move_members();
  }
  void write_patch();
  void write_cover();
  void write_comment();
  void adopt_comments();
  void write_events();
  std::int64_t own_series() const { return plan_.own_series ? series_.id(*plan_.own_series) : 0; }

 private:
  pqxx::transaction_base& transaction_;
  const Project& project_;
  const Submission& submission_;
  const Plan& plan_;
  std::int64_t person_ = 0;
  std::int64_t neighbourhood_ = 0;
  std::int64_t message_ = 0;
  SeriesWriter series_;
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
  unite(transaction_, place.neighbourhoods);
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

void Writer::write_events() {
  series_.write_beginnings();
  const auto created = submission_.kind == Kind::cover_letter ? "cover-created"
                       : submission_.kind == Kind::comment    ? "comment-created"
                                                              : "patch-created";
  series_.write_event(created, message_, own_series());
  series_.write_ends();
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
