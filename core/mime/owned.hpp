// Ownership of GMime's objects: a function that gives "transfer full" gives an Owned; a reference
// is borrowed.
//
// Errors: none.
// Threads: an object belongs to one thread at a time. For core/mime only.
#pragma once

#include <gmime/gmime.h>

#include <memory>

namespace quilter::mime {

struct Unref {
  void operator()(void* object) const noexcept { g_object_unref(object); }
};
struct Free {
  void operator()(void* memory) const noexcept { g_free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;
using OwnedText = std::unique_ptr<char, Free>;

}  // namespace quilter::mime
