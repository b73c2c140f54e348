// What libmilter reads from an MTA: three poll() and two read() a packet, and a header field is a
// packet. Here it has one of each for all that has come: read() takes more than was asked for, what
// was not asked for yet is given out by the next calls, and meanwhile poll() says that there is
// something. poll(), read() and close() are the program's own, which the dynamic linker prefers.
//
// Promise: libmilter sees the same bytes, the same ends and the same errors. Other descriptors than
// its sessions' go to the system as ever. A session that waits holds no memory for this.
// Threads: safe from any; a session is read by one at a time, as libmilter does.
#pragma once

namespace quilter::milter {

void read_ahead_from(int session) noexcept;  // until it is closed

}  // namespace quilter::milter
