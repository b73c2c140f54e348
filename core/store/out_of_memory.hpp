// For what a thread of its own does again and again: what catches and logs needs memory itself, and
// where there is none the next time has to do. Out of the thread it would end the daemon.
//
// Errors: all but bad_alloc pass through.
// Threads: safe from any.
#pragma once

#include <new>

namespace quilter {

enum class Memory : bool { out, enough };

template <typename Work>
Memory unless_out_of_memory(Work work) {
  try {
    work();
    return Memory::enough;
  } catch (const std::bad_alloc&) {
    return Memory::out;
  }
}

}  // namespace quilter
