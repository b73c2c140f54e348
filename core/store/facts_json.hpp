// What the functions of schema/004_record.sql and 006_batch.sql give as JSON, read into facts.
//
// Promise: NULL is nothing of the kind; json_agg() of no rows is NULL.
// Errors: nlohmann's, where the database's functions are not ours.
// Owns: everything by value.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/series/batch_plan.hpp"

namespace quilter::json {

std::optional<RecordedPerson> person(const pqxx::field& field);
std::map<std::string, RecordedPerson> people(const pqxx::field& field);  // by address
std::map<std::int64_t, SeriesRow> series(const pqxx::field& field);
std::vector<Member> sample(const pqxx::field& field);  // as much of each as a glimpse tells

void add_series(const pqxx::field& field, BatchFacts& batch);
void add_glimpsed(const pqxx::field& field, BatchFacts& batch);
void add_samples(const pqxx::field& field, BatchFacts& batch);
void add_members(const pqxx::field& field, Facts& facts);
void add_waiting(const pqxx::field& field, Facts& facts);
void add_named(const pqxx::field& field, Facts& facts);  // after the waiting ones

}  // namespace quilter::json
