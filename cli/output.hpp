// What the commands print with: tables for people, values for programs.
//
// Promise: nothing from a mail can move a terminal.
// Error: none.
// Threads: pure functions but for print() and complain().
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/table.hpp"
#include "core/mail/address.hpp"
#include "core/mail/date.hpp"

namespace quilter::cli {

using Json = nlohmann::ordered_json;

// Line ends and tabs stay, other control characters become '?'.
std::string terminal_text(std::string_view text);

std::string person(const Mailbox& mailbox);                 // "Name <a@b>"
std::string when(const std::optional<Timestamp>& date);     // "2026-11-21 23:59", "-"
std::string or_dash(const std::string& text);               // "-" where there is nothing
std::string joined(const std::vector<std::string>& words);  // "a, b", "-"

Json or_null(const std::string& text);  // "" is null
Json date(const std::optional<Timestamp>& date);
Json mailbox(const Mailbox& mailbox);

// All ASCII: other characters, and DEL, are \u escapes. One line, or indented by so many blanks.
std::string json_text(const Json& value, int indent = -1);
void print(const Json& value);

int complain(std::string_view what, int code = exit_code::refused);  // on standard error
int complain_of_series(std::int64_t id);                             // that there is none
int complain_of_patch(const std::string& message_id);                // likewise, nor cover letter

}  // namespace quilter::cli
