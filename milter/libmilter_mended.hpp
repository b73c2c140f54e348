// What libmilter 8.17 does badly, put right where it calls the C library: sigwait(),
// pthread_create() and accept() are the program's own, which the dynamic linker prefers. Nobody
// else here calls the first and the last; a std::thread too waits for a thread where there is none.
//
// Promise: its signal thread takes no signal. Where the system has no thread or no descriptor left,
// a session waits for one instead of hanging for good, and holds up nobody who has his; nor is the
// system called again without a pause. The log says so once a minute.
// Threads: safe from any.
#pragma once

namespace quilter::milter {

// Has smfi_main() come as far as its signal thread? Before that smfi_stop() races with its start.
bool libmilter_has_started() noexcept;

}  // namespace quilter::milter
