// How entries are read: the beginnings of the statements, to go on with WHERE, and their rows.
//
// Errors: libpqxx's exceptions pass through.
// Threads: pure functions.
#pragma once

#include <pqxx/pqxx>
#include <string>

#include "core/store/entries.hpp"

namespace quilter {

extern const std::string series_select;   // of `series s`
extern const std::string members_select;  // of `message m`: patches, pull requests, cover letters

SeriesEntry series_entry(const pqxx::row& row);
MessageEntry member_entry(const pqxx::row& row);

}  // namespace quilter
