// What Postfix's configuration does with our milter, by the words of postconf(1).
//
// Promise: linear time; no I/O, but for what SamePath does.
// Error: what cannot be read is taken as Postfix's default.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor/endpoint.hpp"
#include "cli/doctor/finding.hpp"

namespace quilter::doctor {

// "name = value" lines, as postconf writes them: of main.cf "milter_protocol", of master.cf
// "smtp/inet/chroot" (-F) and "smtp/inet/smtpd_milters" (-P).
using Values = std::map<std::string, std::string, std::less<>>;
Values values_of(std::string_view text);

struct MilterEntry {
  std::string name;  // "unix:quilter/quilter.sock"
  Values settings;   // of { name, default_action=accept }
  std::string text;  // the whole, as it stands in the list
};
std::vector<MilterEntry> milter_list(std::string_view text);

// postconf(5): "30s", "5m", "2h", "1d", "1w"; a number alone is seconds.
std::optional<std::chrono::seconds> postfix_time(std::string_view text);

struct PostfixFacts {
  std::string folder;  // of main.cf, for the commands; "" is Postfix's own
  Values main;         // of main.cf, with $names expanded
  Values services;     // of master.cf
  Values overrides;    // … and its -o
};

// What matters of our configuration.
struct OurSide {
  Endpoint endpoint;
  std::size_t max_message_bytes = 0;
  std::chrono::milliseconds deadline{};
};

Findings postfix_findings(const PostfixFacts& facts, const OurSide& ours,
                          const SamePath& same_path);

}  // namespace quilter::doctor
