#include "core/store/apply.hpp"

#include <string_view>

#include "core/store/plan_json.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr std::size_t most_in_a_piece = std::size_t{1} << 20U;

// libpqxx copies a parameter, and libpq the statement with all of them: a large message goes over
// in pieces, as a large object of this transaction. Each leaves to the next statement no more time
// than there is: the server has to give up before the watchdog does.
std::int64_t large_object(pqxx::transaction_base& transaction, std::string_view bytes,
                          const Patience& patience) {
  const auto id = transaction.exec1("SELECT lo_create(0)")[0].as<std::int64_t>();
  for (std::size_t from = 0; from < bytes.size(); from += most_in_a_piece) {
    const auto left = patience.left() * 9 / 10;
    if (left <= std::chrono::milliseconds{0})
      throw pqxx::failure{"no time was left for so large a message"};
    const auto piece = bytes.substr(from, most_in_a_piece);
    transaction.exec_params(
        "SELECT lo_put($1, $2, $3), set_config('statement_timeout', coalesce(nullif($4, ''), "
        "current_setting('statement_timeout')), true)",
        id, from, pqxx::binarystring(piece.data(), piece.size()),
        patience.ends() ? std::to_string(left.count()) : "");
  }
  return id;
}

}  // namespace

std::int64_t apply(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, const RawMessage& message, const Found& found,
                   const Plan& plan, const Patience& patience) {
  const auto record = [&](const char* call, const auto& raw) {
    const auto row = transaction.exec_params1(
        call, project.id, sql::array(found.place.neighbourhoods),
        sql::array(found.place.missing_ties), to_json(submission, found.facts, plan, project.id),
        raw, message.truncated);
    return row[0].template as<std::int64_t>();
  };
  if (message.bytes.size() > most_in_a_piece)
    return record(
        "SELECT coalesce(record_message($1, $2, $3, $4, lo_get($5), $6), 0), lo_unlink($5)",
        large_object(transaction, message.bytes, patience));
  return record("SELECT coalesce(record_message($1, $2, $3, $4, $5, $6), 0)",
                pqxx::binarystring(message.bytes));
}

std::vector<std::int64_t> apply(pqxx::transaction_base& transaction, const Project& project,
                                const std::vector<std::int64_t>& neighbourhoods, const Plan& plan) {
  const auto row = transaction.exec_params1(
      "SELECT ids, write_events($1, ids, $3::jsonb->'events') "
      "FROM write_series($1, $2, $3::jsonb) ids",
      project.id, sql::array(neighbourhoods), to_json(plan));
  return sql::integers(row[0]);
}

}  // namespace quilter
