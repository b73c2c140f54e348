// What libpqxx 6 lacks: arrays as parameters, arrays and NULL as results.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/mail/date.hpp"

namespace quilter::sql {

// PostgreSQL's array literals; elements are quoted, so that any text is one.
std::string array(const std::vector<std::string>& elements);
std::string array(const std::vector<std::int64_t>& elements);

std::vector<std::string> texts(const pqxx::field& array);
std::vector<std::int64_t> integers(const pqxx::field& array);  // none where it is NULL

// "" stands for NULL: every statement says NULLIF($n, '').
std::string time(const std::optional<Timestamp>& time);
std::string number(const std::optional<std::int64_t>& number);

// Of what libpq or the server says: the rest are hints for people at a terminal, and details that
// hold the mail's own text.
std::string first_line(const std::string& text);

// A column selected as extract(epoch from …)::bigint.
std::optional<Timestamp> epoch(const pqxx::field& field);

template <typename T>
std::optional<T> optional(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<T>();
}

}  // namespace quilter::sql
