#include "core/store/patchwork.hpp"

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <utility>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/sql.hpp"
#include "core/tracking/takeover.hpp"

namespace quilter {
namespace {

// How many are changed here in one transaction, too.
constexpr const char* fetch_patches = "FETCH 100 FROM page";
constexpr const char* fetch_mails = "FETCH 2000 FROM page";

// Nothing of it is read that is not needed: a role with rights on these columns is enough.
constexpr const char* select_users =
    R"(SELECT u.id, u.username, u.is_active,
              array_prepend(u.email, ARRAY(SELECT w.email FROM patchwork_person w
                                           WHERE w.user_id = u.id ORDER BY w.id)),
              ARRAY(SELECT m.project_id FROM patchwork_userprofile f
                    JOIN patchwork_userprofile_maintainer_projects m ON m.userprofile_id = f.id
                    WHERE f.user_id = u.id AND m.project_id = ANY ($1) ORDER BY 1)
       FROM auth_user u
       WHERE u.id IN (
         SELECT p.delegate_id FROM patchwork_patch p WHERE p.project_id = ANY ($1)
         UNION
         SELECT c.user_id FROM patchwork_check c JOIN patchwork_patch p ON p.id = c.patch_id
         WHERE p.project_id = ANY ($1)
         UNION
         SELECT f.user_id FROM patchwork_userprofile f
         JOIN patchwork_userprofile_maintainer_projects m ON m.userprofile_id = f.id
         WHERE m.project_id = ANY ($1))
       ORDER BY u.id)";

constexpr const char* select_patches =
    R"(SELECT p.id, p.msgid, coalesce(s.slug, ''), coalesce(p.delegate_id, 0), p.archived,
              coalesce(p.commit_ref, '')
       FROM patchwork_patch p LEFT JOIN patchwork_state s ON s.id = p.state_id
       WHERE p.project_id = $1 ORDER BY p.id)";

constexpr const char* select_checks =
    R"(SELECT c.patch_id, c.user_id,
              CASE WHEN c.date >= '0001-01-01' AND c.date < '9999-12-31'
                   THEN to_char(c.date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                   ELSE '' END,
              c.context, c.state, coalesce(c.target_url, ''), coalesce(c.description, '')
       FROM patchwork_check c WHERE c.patch_id = ANY ($1) ORDER BY c.date, c.id)";

constexpr const char* select_covers =
    "SELECT c.msgid FROM patchwork_cover c WHERE c.project_id = $1 ORDER BY c.id";

constexpr const char* select_comments =
    R"(SELECT q.msgid FROM patchwork_patchcomment q JOIN patchwork_patch p ON p.id = q.patch_id
       WHERE p.project_id = $1
       UNION
       SELECT q.msgid FROM patchwork_covercomment q JOIN patchwork_cover c ON c.id = q.cover_id
       WHERE c.project_id = $1)";

// It is kept there as the mail has it: with angle brackets, and what else.
MessageId id_there(const pqxx::field& field) {
  const auto msgid = valid_utf8(field.as<std::string>());
  return message_id(msgid).value_or(std::string{trim(msgid)});
}

UserThere user_there(const pqxx::row& row) {
  auto addresses = sql::texts(row[3]);
  for (auto& address : addresses) address = lower(trim(valid_utf8(address)));
  return {.id = row[0].as<std::int64_t>(),
          .username = valid_utf8(row[1].as<std::string>()),
          .active = row[2].as<bool>(),
          .addresses = std::move(addresses),
          .maintains = sql::integers(row[4])};
}

PatchThere patch_there(const pqxx::row& row) {
  return {.id = row[0].as<std::int64_t>(),
          .message_id = id_there(row[1]),
          .state = valid_utf8(row[2].as<std::string>()),
          .delegate = row[3].as<std::int64_t>(),
          .archived = row[4].as<bool>(),
          .commit = valid_utf8(row[5].as<std::string>()),
          .checks = {}};
}

CheckThere check_there(const pqxx::row& row) {
  return {.user = row[1].as<std::int64_t>(),
          .date = row[2].as<std::string>(),
          .check = {.context = valid_utf8(row[3].as<std::string>()),
                    .state = check_state_there(row[4].as<int>()).value_or(""),
                    .url = valid_utf8(row[5].as<std::string>()),
                    .description = valid_utf8(row[6].as<std::string>())}};
}

void require_patchwork(pqxx::transaction_base& transaction) {
  for (const auto* table :
       {"auth_user", "patchwork_person", "patchwork_project", "patchwork_userprofile",
        "patchwork_userprofile_maintainer_projects", "patchwork_state", "patchwork_patch",
        "patchwork_cover", "patchwork_patchcomment", "patchwork_covercomment", "patchwork_check"})
    if (transaction.exec_params1("SELECT to_regclass($1)", table)[0].is_null())
      throw Refused{"that is no database of Patchwork 3, or not for this role to see: no table " +
                    std::string{table}};
}

// Which of the two databases it is that fails has to be said.
template <typename Work>
auto as_their_error(Work work) {
  try {
    return as_store_error(work);
  } catch (const Refused&) {
    throw;
  } catch (const StoreError& error) {
    throw StoreError{"Patchwork's " + std::string{error.what()}};
  }
}

}  // namespace

struct Patchwork::Session {
  explicit Session(const std::string& options) : connection{options}, transaction{prepared()} {
    transaction.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    require_patchwork(transaction);
  }

  void begin(const std::string& statement, std::int64_t project) {
    if (std::exchange(open, true)) transaction.exec("CLOSE page");
    transaction.exec_params("DECLARE page NO SCROLL CURSOR FOR " + statement, project);
  }

  pqxx::connection& prepared() {
    connection.session.set_client_encoding("UTF8");
    return connection.session;
  }

  Pool::Connection connection;
  pqxx::work transaction;
  bool open = false;
};

Patchwork::Patchwork(const std::string& connection) {
  as_their_error([&] { session_ = std::make_unique<Session>(with_bounds(connection)); });
}

Patchwork::~Patchwork() = default;

std::vector<ProjectThere> Patchwork::projects() {
  return as_their_error([this] {
    std::vector<ProjectThere> all;
    for (const auto& row : session_->transaction.exec(
             "SELECT id, linkname, listid, subject_match FROM patchwork_project ORDER BY linkname"))
      all.push_back({.id = row[0].as<std::int64_t>(),
                     .linkname = valid_utf8(row[1].as<std::string>()),
                     .list_id = valid_utf8(row[2].as<std::string>()),
                     .subject_match = valid_utf8(row[3].as<std::string>())});
    return all;
  });
}

std::vector<std::string> Patchwork::states() {
  return as_their_error([this] {
    std::vector<std::string> all;
    for (const auto& row :
         session_->transaction.exec("SELECT slug FROM patchwork_state ORDER BY ordering"))
      all.push_back(valid_utf8(row[0].as<std::string>()));
    return all;
  });
}

std::vector<UserThere> Patchwork::users(const std::vector<std::int64_t>& projects) {
  return as_their_error([&] {
    std::vector<UserThere> all;
    for (const auto& row : session_->transaction.exec_params(select_users, sql::array(projects)))
      all.push_back(user_there(row));
    return all;
  });
}

void Patchwork::begin_patches(std::int64_t project) {
  as_their_error([&] { session_->begin(select_patches, project); });
}

std::vector<PatchThere> Patchwork::next_patches() {
  return as_their_error([this] {
    std::vector<PatchThere> page;
    std::vector<std::int64_t> ids;
    std::map<std::int64_t, std::size_t> places;
    for (const auto& row : session_->transaction.exec(fetch_patches)) {
      page.push_back(patch_there(row));
      ids.push_back(page.back().id);
      places.emplace(page.back().id, page.size() - 1);
    }
    if (page.empty()) return page;
    for (const auto& row : session_->transaction.exec_params(select_checks, sql::array(ids)))
      page[places.at(row[0].as<std::int64_t>())].checks.push_back(check_there(row));
    return page;
  });
}

void Patchwork::begin_mails(std::int64_t project, MailThere kind) {
  as_their_error([&] {
    session_->begin(kind == MailThere::cover ? select_covers : select_comments, project);
  });
}

std::vector<MessageId> Patchwork::next_mails() {
  return as_their_error([this] {
    std::vector<MessageId> page;
    for (const auto& row : session_->transaction.exec(fetch_mails))
      page.push_back(id_there(row[0]));
    return page;
  });
}

}  // namespace quilter
