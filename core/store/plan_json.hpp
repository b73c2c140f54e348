// A submission and its plan as the JSON that schema/004_record.sql reads: names are the columns'.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "core/series/plan.hpp"

namespace quilter {

std::string to_json(const Submission& submission, const Facts& facts, const Plan& plan,
                    std::int64_t project);

// What a plan says of series, and the events of that: no submission has come.
std::string to_json(const Plan& plan);

}  // namespace quilter
