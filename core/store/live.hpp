// Live: a value that is replaced while others read it.
//
// Promise: who reads has all of one value, the old or the new, for as long as it likes.
// Errors: none in become(), so that several change together or none does.
// Threads: safe from any.
#pragma once

#include <mutex>
#include <type_traits>
#include <utility>

namespace quilter {

template <typename Value>
class Live {
 public:
  explicit Live(Value value) : value_{std::move(value)} {}

  Value now() const {
    const std::lock_guard held{guard_};
    return value_;
  }
  void become(Value value) noexcept {
    static_assert(std::is_nothrow_swappable_v<Value>);
    const std::lock_guard held{guard_};
    std::swap(value_, value);
  }

 private:
  mutable std::mutex guard_;
  Value value_;
};

}  // namespace quilter
