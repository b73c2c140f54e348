// Marks: what a mail says of its series besides its thread: the run of the tool that sent it, and
// its name.
//
// Promise: linear time. Equal for all mails of one series (run), or from version to version (name).
// Error: none; most message ids have no run.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quilter {

// What git send-email, git format-patch --thread and b4 put into every message id of one sending,
// without the mail's own number or hash.
std::optional<std::string> sending_run(std::string_view message_id);

// A name as people keep it between versions: words of letters and digits, lower case.
std::string plain_name(std::string_view name);

}  // namespace quilter
