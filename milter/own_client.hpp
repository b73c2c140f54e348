// OwnClient: asks our own socket, as an MTA would, whether the milter answers there.
//
// Promise: try_it() connects, negotiates and says goodbye, within the patience.
// Errors: MilterError from the constructor where `listen` names no socket that can be connected to.
// Owns: one connection during try_it().
// Threads: one at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>

namespace quilter::milter {

class OwnClient {
 public:
  explicit OwnClient(const std::string& listen);  // as in Options

  // "", or what is wrong. Ends early, with "", once `stop` can be read from.
  std::string try_it(std::chrono::milliseconds patience, int stop) const;

 private:
  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

}  // namespace quilter::milter
