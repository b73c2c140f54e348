// What hold_patches() gives and write_changes() takes (schema/005_tracking.sql), as JSON.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "core/tracking/decide.hpp"

namespace quilter {

TrackingFacts tracking_facts(const std::string& text);
std::string to_json(const std::vector<Step>& steps);

}  // namespace quilter
