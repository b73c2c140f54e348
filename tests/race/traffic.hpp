// Traffic: series and the comments on them in each kind of threading, in the orders in which they
// come, and what must be recorded of them.
//
// Promise: the same arguments give the same mails in the same order.
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/mail/submission.hpp"

namespace quilter::test {

enum class Threading : std::uint8_t {
  shallow,
  deep,
  in_reply_to_only,
  unthreaded,
  late_cover,
  version_in_thread,
  two_senders,
  twins,
  comments_first,
};
inline constexpr std::array every_threading{
    Threading::shallow,     Threading::deep,       Threading::in_reply_to_only,
    Threading::unthreaded,  Threading::late_cover, Threading::version_in_thread,
    Threading::two_senders, Threading::twins,      Threading::comments_first};
std::string name(Threading threading);

enum class Arrival : std::uint8_t { burst, shuffled };  // burst: what belongs together, at once
std::string name(Arrival arrival);

struct Traffic {
  std::vector<std::vector<Submission>> bursts;  // what belongs together; each in sent order
  std::set<std::string> truth;                  // what grouping() must give for it
};

Traffic traffic(Threading threading, int bursts);

// A mail of each submitter, sent before all others: people who are known.
Traffic greetings(const Traffic& traffic);

std::vector<Submission> in_sent_order(const Traffic& traffic);
std::vector<Submission> shuffled(const Traffic& traffic, Threading threading, Arrival arrival,
                                 unsigned seed);

// What a canonical dump says about what belongs together, a line a series or comment:
// "series a b c", "series d e f after a", "comment x on a".
std::set<std::string> grouping(const std::string& dump);

}  // namespace quilter::test
