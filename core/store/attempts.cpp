#include "core/store/attempts.hpp"

#include <algorithm>
#include <functional>
#include <thread>

#include "core/store/lost_race.hpp"

namespace quilter {
namespace {

constexpr std::string_view unique_violation = "23505";

// SQLSTATEs of a lost race: unique_violation, serialization_failure, deadlock_detected.
bool is_lost_race(const std::string& sqlstate) {
  return sqlstate == unique_violation || sqlstate == "40001" || sqlstate == "40P01";
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

// In this order: in libpqxx 6 transaction_rollback is no sql_error, and in_doubt_error no
// broken_connection.
Verdict judge_current_exception() {
  try {
    throw;
  } catch (const LostRace& error) {
    return {true, error.what()};
  } catch (const pqxx::in_doubt_error& error) {
    return {true, "commit in doubt: " + one_line(error.what())};
  } catch (const pqxx::broken_connection& error) {
    return {true, "connection: " + one_line(error.what())};
  } catch (const pqxx::transaction_rollback& error) {
    return {true, one_line(error.what())};
  } catch (const pqxx::sql_error& error) {
    return {is_lost_race(error.sqlstate()), error.sqlstate() + " " + one_line(error.what()),
            error.sqlstate() == unique_violation};
  } catch (const Exhausted& error) {
    return {false, error.what()};
  } catch (const std::exception& error) {
    return {false, "internal error: " + one_line(error.what())};
  }
}

void pause_before_rerun(int run) {
  const auto spread = std::hash<std::thread::id>{}(std::this_thread::get_id()) % 5 + 1;
  std::this_thread::sleep_for(
      std::chrono::milliseconds{static_cast<int>(spread) * std::min(run * run, 25)});
}

void throw_store_error() {
  try {
    throw;
  } catch (const pqxx::sql_error& error) {
    throw StoreError{"database: " + error.sqlstate() + " " + one_line(error.what())};
  } catch (const std::exception& error) {
    throw StoreError{"database: " + one_line(error.what())};
  }
}

}  // namespace quilter
