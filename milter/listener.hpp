// The socket that the MTA connects to, opened in libmilter, which keeps it for good.
//
// Promise: a unix socket never has more rights than socket_mode; a stale one is removed first; one
// that another process listens on, and anything that is no socket, is left alone. One that systemd
// holds keeps the connections that libmilter has not accepted for the next daemon.
// Errors: MilterError says what is wrong and what to do.
// Threads: open_listener() at start only (it sets the umask for a moment), stop_accepting() at
// stop, beside smfi_main().
#pragma once

#include "milter/options.hpp"

namespace quilter::milter {

void open_listener(const Options& options);

// From libmilter's next poll on, only where the socket is "fd:N": nobody else would take them
// later. If it cannot be done libmilter accepts until it stops, and newcomers have to come again.
void stop_accepting(const Options& options) noexcept;

}  // namespace quilter::milter
