#include "core/store/reread.hpp"

#include <map>

#include "core/digest/digest.hpp"
#include "core/series/identities.hpp"
#include "core/store/message_columns.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// $1 is the message's row, $2 to $22 are columns of message, $23 to $28 of patch, $29 is whether it
// has a cover, $30 the key of its comment; of what the message is not, NULL.
constexpr std::size_t of_message = 22, of_patch = 6;

bool is_patch(const Submission& submission) {
  return submission.kind == Kind::patch || submission.kind == Kind::pull_request;
}

void add_message_columns(const Submission& submission, std::vector<std::string>& columns) {
  const auto flag = [](bool holds) { return std::string{holds ? "true" : "false"}; };
  const auto& metadata = submission.metadata;
  columns.insert(columns.end(), {submission.message_id,
                                 flag(submission.message_id_derived),
                                 std::string{kind_word(submission.kind)},
                                 submission.submitter.address,
                                 submission.author.name,
                                 submission.author.address,
                                 sql::time(submission.date),
                                 submission.subject,
                                 submission.name,
                                 sql::array(submission.prefixes),
                                 std::to_string(submission.version),
                                 std::to_string(submission.number),
                                 std::to_string(submission.total),
                                 flag(submission.numbered),
                                 sql::array(submission.ancestors),
                                 sql::array(trailer_lines(submission.trailers)),
                                 sha256_hex(submission.content),
                                 metadata.base_commit,
                                 metadata.change_id,
                                 sql::array(depends_on(metadata)),
                                 sql::array(metadata.supersedes)});
}

void add_patch_columns(const Submission& submission, std::vector<std::string>& columns) {
  if (!is_patch(submission)) return columns.resize(columns.size() + of_patch);
  columns.insert(
      columns.end(),
      {std::to_string(submission.number), sql::array(paths(submission.files)),
       submission.diff.empty() ? "" : sha256_hex(submission.diff), submission.patch_id,
       submission.pull ? submission.pull->url : "", submission.pull ? submission.pull->ref : ""});
}

std::vector<std::string> columns_of(const Project& project, std::int64_t row,
                                    const Submission& submission) {
  std::vector<std::string> columns{std::to_string(row)};
  add_message_columns(submission, columns);
  add_patch_columns(submission, columns);
  columns.emplace_back(submission.kind == Kind::cover_letter ? "true" : "false");
  columns.push_back(submission.kind == Kind::comment
                        ? std::to_string(message_key(submission.message_id, project.id))
                        : "");
  return columns;
}

auto parameters(const std::vector<std::string>& columns, std::size_t most) {
  const auto end = columns.begin() + static_cast<std::ptrdiff_t>(most);
  return pqxx::prepare::make_dynamic_params(columns.begin(), end);
}

bool says_so_already(pqxx::transaction_base& transaction, const std::vector<std::string>& columns) {
  return !transaction
              .exec_params(R"(
      SELECT FROM message m JOIN person p ON p.id = m.submitter_id
                            LEFT JOIN patch x ON x.message_row = m.id
                            LEFT JOIN cover y ON y.message_row = m.id
                            LEFT JOIN comment c ON c.message_row = m.id
      WHERE m.id = $1
        AND (m.message_id, m.message_id_derived, m.kind, p.address, m.author_name,
             m.author_address, m.date, m.subject, m.name, m.prefixes, m.version, m.number, m.total,
             m.numbered, m.ancestors, m.trailers, m.content_sha256, m.base_commit, m.change_id,
             m.depends_on, m.supersedes)
          IS NOT DISTINCT FROM
            ($2, $3, $4, $5, $6, $7, NULLIF($8, '')::timestamptz, $9, $10, $11, $12, $13, $14, $15,
             $16, $17, decode($18, 'hex'), $19, $20, $21, $22)
        AND (x.number, x.paths, x.diff_sha256, x.patch_id, x.pull_url, x.pull_ref,
             y.message_row IS NOT NULL, c.key)
          IS NOT DISTINCT FROM
            (NULLIF($23, '')::integer, NULLIF($24, '')::text[], decode(NULLIF($25, ''), 'hex'),
             decode(NULLIF($26, ''), 'hex'), NULLIF($27, ''), NULLIF($28, ''), $29,
             NULLIF($30, '')::bigint))",
                           parameters(columns, columns.size()))
              .empty();
}

// Its texts are many times as long as all the rest, and are in the columns' hashes.
void drop_texts(Submission& submission) {
  for (auto* text : {&submission.content, &submission.diff, &submission.subject}) *text = {};
  submission.files = {};
  submission.trailers = {};
}

}  // namespace

std::vector<std::int64_t> rows_of_project(pqxx::transaction_base& transaction,
                                          const Project& project) {
  std::vector<std::int64_t> rows;
  for (const auto& row : transaction.exec_params(
           "SELECT id FROM message WHERE project_id = $1 ORDER BY id", project.id))
    rows.push_back(row[0].as<std::int64_t>());
  return rows;
}

std::optional<Reread> read_again(pqxx::transaction_base& transaction, const Project& project,
                                 std::int64_t row, const MailReader& reader) {
  const auto found =
      transaction.exec_params("SELECT message_id, raw FROM message WHERE id = $1", row);
  if (found.empty()) return std::nullopt;
  Reread message{
      .row = row, .recorded_id = found[0][0].as<std::string>(), .submission = {}, .columns = {}};
  auto classified = reader(pqxx::binarystring{found[0][1]}.str());
  auto* submission = std::get_if<Submission>(&classified);
  message.stays = submission != nullptr;
  if (!message.stays) return message;
  auto columns = columns_of(project, row, *submission);
  if (!says_so_already(transaction, columns)) message.columns = std::move(columns);
  drop_texts(*submission);
  message.submission = std::move(*submission);
  return message;
}

void leave_out_doubles(std::vector<Reread>& messages) {
  std::map<MessageId, Reread*> holders;
  const auto leave_out = [](Reread& message) {
    message.stays = false;
    message.is_double = true;
  };
  for (auto& message : messages) {
    if (message.is_double) message.stays = true;  // its other may be gone by now
    message.is_double = false;
    if (!message.stays) continue;
    auto& holder = holders[message.submission.message_id];
    if (holder == nullptr || message.recorded_id == message.submission.message_id) {
      if (holder != nullptr) leave_out(*holder);
      holder = &message;
    } else {
      leave_out(message);
    }
  }
}

void write_message(pqxx::transaction_base& transaction, const Reread& message) {
  transaction.exec_params(
      R"(UPDATE message SET message_id = $2, message_id_derived = $3, kind = $4,
                            submitter_id = (SELECT id FROM person WHERE address = $5),
                            author_name = $6, author_address = $7,
                            date = NULLIF($8, '')::timestamptz, subject = $9, name = $10,
                            prefixes = $11, version = $12, number = $13, total = $14, numbered = $15,
                            ancestors = $16, trailers = $17, content_sha256 = decode($18, 'hex'),
                            base_commit = $19, change_id = $20, depends_on = $21, supersedes = $22
         WHERE id = $1)",
      parameters(message.columns, of_message));
}

void write_patch(pqxx::transaction_base& transaction, const Reread& message, std::int64_t series) {
  const auto& columns = message.columns;
  transaction.exec_params(
      R"(INSERT INTO patch (message_row, series_id, number, paths, diff_sha256, patch_id, pull_url,
                            pull_ref)
         VALUES ($1, $2, $3, $4, decode(NULLIF($5, ''), 'hex'), decode(NULLIF($6, ''), 'hex'),
                 NULLIF($7, ''), NULLIF($8, ''))
         ON CONFLICT (message_row) DO UPDATE
         SET series_id = excluded.series_id, number = excluded.number, paths = excluded.paths,
             diff_sha256 = excluded.diff_sha256, patch_id = excluded.patch_id,
             pull_url = excluded.pull_url, pull_ref = excluded.pull_ref)",
      message.row, series, columns[of_message], columns[of_message + 1], columns[of_message + 2],
      columns[of_message + 3], columns[of_message + 4], columns[of_message + 5]);
}

}  // namespace quilter
