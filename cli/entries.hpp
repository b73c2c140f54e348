// Series and patches as values for programs, and their pieces as people read them.
//
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>

#include "cli/output.hpp"
#include "core/store/entries.hpp"

namespace quilter::cli {

Json entry_json(const SeriesEntry& series);
Json entry_json(const MessageEntry& member);
Json check_counts_json(const MessageEntry& patch);

std::string acks(const Tally& tally);                   // "1/2/0": acked, reviewed, tested
Cell checked(const MessageEntry& member);               // "2/0/1": success, warning, fail
std::string day(const std::optional<Timestamp>& date);  // "2026-11-21", "-"
std::string received(const SeriesEntry& series);        // "2/3"
std::string numbered(const MessageEntry& member);       // "2/3"
std::string titled(const std::string& name);            // "(no subject)" where there is none
std::string called(const Mailbox& mailbox);             // by name, else by address

}  // namespace quilter::cli
