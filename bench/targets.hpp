// What a measurement sends its mails to: a milter, an MTA, or bare PostgreSQL.
//
// Promise: send() is back once the other side has taken the mail for good, by its own word.
// Errors: std::runtime_error (ProtocolError is one) for any other answer.
// Owns: one connection each.
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>

#include "bench/series_mails.hpp"

namespace quilter::bench {

class Target {
 public:
  Target() = default;
  virtual ~Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual void send(const ListMail& mail) = 0;
};

// The raw milter protocol, without an MTA; `verdict` is the one answer that is right.
std::unique_ptr<Target> make_milter_target(const std::string& address, char verdict);

// SMTP, one session for all mails.
std::unique_ptr<Target> make_smtp_target(const std::string& port);

// One INSERT of the same bytes a transaction, prepared, into table `bare`, which has two indexes.
std::unique_ptr<Target> make_insert_target(const std::string& connection);

}  // namespace quilter::bench
