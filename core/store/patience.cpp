#include "core/store/patience.hpp"

#include <algorithm>
#include <mutex>
#include <random>

namespace quilter {

std::chrono::milliseconds growing_pause(int failures, std::chrono::milliseconds first,
                                        std::chrono::milliseconds most) {
  static std::mutex guard;
  static std::minstd_rand random{std::random_device{}()};
  const auto doublings = std::clamp(failures - 1, 0, 20);
  const auto longest = std::min(most.count(), first.count() << doublings);
  const std::lock_guard lock{guard};
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::chrono::milliseconds::rep>{longest / 2, longest}(random)};
}

}  // namespace quilter
