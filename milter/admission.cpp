#include "milter/admission.hpp"

namespace quilter::milter {

Admission::Ticket Admission::admit() {
  const std::lock_guard held{guard_};
  if (draining_) return nullptr;
  ++in_flight_;
  return Ticket{this};
}

std::size_t Admission::drain() {
  const std::lock_guard held{guard_};
  draining_ = true;
  return in_flight_;
}

bool Admission::wait_until_empty(std::chrono::milliseconds patience) {
  std::unique_lock held{guard_};
  return emptied_.wait_for(held, patience, [this] { return in_flight_ == 0; });
}

void Admission::leave() noexcept {
  const std::lock_guard held{guard_};
  if (--in_flight_ == 0) emptied_.notify_all();
}

}  // namespace quilter::milter
