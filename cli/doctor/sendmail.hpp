// What Sendmail's configuration does with our milter, by the text of sendmail.cf.
//
// Promise: linear time; no I/O, but for what SamePath does.
// Threads: a pure function.
#pragma once

#include <string>
#include <string_view>

#include "cli/doctor/endpoint.hpp"
#include "cli/doctor/finding.hpp"
#include "cli/doctor/postfix.hpp"

namespace quilter::doctor {

// Its option RunAsUser, without a group; else it stays root.
std::string run_as_user(std::string_view sendmail_cf);

Findings sendmail_findings(std::string_view sendmail_cf, const OurSide& ours,
                           const SamePath& same_path);

}  // namespace quilter::doctor
