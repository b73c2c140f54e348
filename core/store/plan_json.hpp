// A submission and its plan as the JSON that schema/004_record.sql and 006_batch.sql read: names
// are the columns'.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/series/batch_plan.hpp"
#include "core/store/store.hpp"

namespace quilter {

std::string to_json(const Submission& submission, const Facts& facts, const Plan& plan,
                    std::int64_t project);

// What a plan says of series, and the events of that: no submission has come.
std::string to_json(const Plan& plan);

// For record_batch(): the errands are of one project, and those of the plan.
std::string to_json(std::span<Errand* const> errands, const BatchPlan& plan);

}  // namespace quilter
