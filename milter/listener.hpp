// The socket that the MTA connects to, opened in libmilter, which keeps it for good.
//
// Promise: a unix socket never has more rights than socket_mode; a stale one is removed first; one
// that another process listens on, and anything that is no socket, is left alone.
// Errors: MilterError says what is wrong and what to do.
// Threads: at start only (it sets the umask for a moment).
#pragma once

#include "milter/options.hpp"

namespace quilter::milter {

void open_listener(const Options& options);

}  // namespace quilter::milter
