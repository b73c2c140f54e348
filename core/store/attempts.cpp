#include "core/store/attempts.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <new>
#include <thread>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/forbidden.hpp"
#include "core/store/lost_race.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr std::string_view unique_violation = "23505", foreign_key_violation = "23503";

// SQLSTATEs of a lost race: unique_violation, serialization_failure, deadlock_detected.
bool is_lost_race(const std::string& sqlstate) {
  return sqlstate == unique_violation || sqlstate == "40001" || sqlstate == "40P01";
}

// Connection exceptions, and what a server says before it hangs up: shut down, crashed, not ready.
bool is_lost_connection(const std::string& sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P");
}

// Data exception, integrity constraint, program limit exceeded: the same again would fare no
// better. But for a foreign key: a project that was removed and made anew has another id than we
// know yet.
bool is_refusal(const std::string& sqlstate) {
  if (sqlstate == unique_violation || sqlstate == foreign_key_violation) return false;
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("54");
}

}  // namespace

// In this order: in libpqxx 6 transaction_rollback is no sql_error, and in_doubt_error no
// broken_connection.
Verdict judge_current_exception() {
  try {
    throw;
  } catch (const LostRace& error) {
    return {true, Failure::passing, error.what()};
  } catch (const pqxx::in_doubt_error& error) {
    return {true, Failure::passing, "commit in doubt: " + sql::first_line(error.what())};
  } catch (const pqxx::broken_connection& error) {
    return {true, Failure::passing, "connection: " + sql::first_line(error.what())};
  } catch (const pqxx::transaction_rollback& error) {
    return {true, Failure::passing, sql::first_line(error.what())};
  } catch (const pqxx::sql_error& error) {
    const auto& sqlstate = error.sqlstate();
    return {is_lost_race(sqlstate) || is_lost_connection(sqlstate),
            is_refusal(sqlstate) ? Failure::refused : Failure::passing, describe(error),
            sqlstate == unique_violation};
  } catch (const Exhausted& error) {
    return {false, Failure::away, error.what()};
  } catch (const Away& error) {
    return {false, Failure::away, std::string{"database away: "} + error.what()};
  } catch (const std::bad_alloc&) {
    return {false, Failure::passing, "out of memory"};
  } catch (const pqxx::failure& error) {  // libpq's own
    return {false, Failure::passing, sql::first_line(error.what())};
  } catch (const std::exception& error) {
    return {false, Failure::refused, "internal error: " + sql::first_line(error.what())};
  }
}

std::string describe(const pqxx::sql_error& error) {
  return error.sqlstate() + " " + sql::first_line(error.what());
}

// Read-only; undefined table, column or function; invalid schema or catalog; insufficient
// privilege.
bool is_unfit(const std::string& sqlstate) {
  return sqlstate == "25006" || sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42883" ||
         sqlstate == "3F000" || sqlstate == "3D000" || sqlstate == "42501";
}

void pause_before_rerun(int run) {
  const auto spread = std::hash<std::thread::id>{}(std::this_thread::get_id()) % 5 + 1;
  std::this_thread::sleep_for(
      std::chrono::milliseconds{static_cast<int>(spread) * std::min(run * run, 25)});
}

// "INSERT: permission denied for table account". What else is run begins with no such word.
std::string describe(const pqxx::insufficient_privilege& error) {
  constexpr std::array<std::string_view, 4> verbs{"SELECT", "INSERT", "UPDATE", "DELETE"};
  const auto first = error.query().substr(0, error.query().find(' '));
  const auto verb = std::find(verbs.begin(), verbs.end(), first) == verbs.end() ? "" : first + ": ";
  const auto said = sql::first_line(error.what());
  const auto colon = said.find(": ");  // behind the word for "ERROR"
  return verb + std::string{trim(colon == std::string::npos ? said : said.substr(colon + 1))};
}

void throw_store_error() {
  try {
    throw;
  } catch (const Away& error) {
    if (error.kind() == Away::Kind::forbidden) throw Forbidden{error.what()};
    throw;
  } catch (const StoreError&) {
    throw;
  } catch (const pqxx::insufficient_privilege& error) {
    throw Forbidden{describe(error)};
  } catch (const pqxx::sql_error& error) {
    // character_not_in_repertoire: what a shell hands on need not be text.
    if (error.sqlstate() == "22021") throw Refused{"what is asked for is not text in UTF-8"};
    throw StoreError{"database: " + describe(error)};
  } catch (const std::exception& error) {
    throw StoreError{"database: " + sql::first_line(error.what())};
  }
}

}  // namespace quilter
