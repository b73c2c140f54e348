// The events of a project's settings: what it is itself, its delegation rules, its states.
//
// Promise: in the transaction of what they tell.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <pqxx/pqxx>
#include <string>

namespace quilter {

enum class Setting : std::uint8_t { project, rule, state };

// Holds the project until the transaction ends: its settings are changed one after the other, and
// what is read after this is what is changed. Mail goes on. Refused where there is no such project.
std::int64_t hold_settings(pqxx::transaction_base& transaction, const std::string& project);

// By whom, from what, to what: objects; null where it was not there, or is no more. Nothing where
// it stays as it is. `project`: none, where it is gone.
void tell_setting(pqxx::transaction_base& transaction, const std::string& by,
                  std::optional<std::int64_t> project, Setting setting, const nlohmann::json& from,
                  const nlohmann::json& to);

}  // namespace quilter
