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
Json check_counts_json(const CheckCounts& checks);

// With "check_counts", where they were read.
template <typename Entry>
Json counted_json(const Entry& entry) {
  auto value = entry_json(entry);
  value["check_counts"] = check_counts_json(entry.checks);
  return value;
}

std::string acks(const Tally& tally);                   // "1/2/0": acked, reviewed, tested
Cell checked(const CheckCounts& checks);                // "2/0/1": success, warning, fail
std::string day(const std::optional<Timestamp>& date);  // "2026-11-21", "-"
std::string received(const SeriesEntry& series);        // "2/3"
std::string numbered(const MessageEntry& member);       // "2/3"
std::string titled(const std::string& name);            // "(no subject)" where there is none
std::string called(const Mailbox& mailbox);             // by name, else by address

}  // namespace quilter::cli
