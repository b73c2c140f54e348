// The C side: libmilter's events become calls on the Session of their connection, behind one
// barrier for exceptions.
//
// Promise: only what is needed is negotiated; the MTA hears of progress while a message is
// recorded; no exception reaches C: it is logged with the queue id and becomes a 451 at the next
// step that has a reply.
// Errors: MilterError if libmilter refuses the callbacks.
// Owns: what sessions share lives as long as the process, for libmilter's threads may outlive it.
// Threads: register_callbacks() once, before smfi_main(); the callbacks run on libmilter's threads.
#pragma once

#include <cstddef>

#include "core/ingest/recorder.hpp"
#include "milter/admission.hpp"
#include "milter/progress.hpp"

namespace quilter::milter {

Admission& register_callbacks(Recorder& recorder, std::size_t max_message_bytes,
                              Progress::Pace pace);

// Of messages that begin from now on; from any thread, once they are registered.
void limit_messages(std::size_t max_message_bytes) noexcept;

}  // namespace quilter::milter
