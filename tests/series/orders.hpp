// The orders in which mails can arrive: all of them up to 6 mails, 500 shuffles above; under a
// sanitizer, which looks for other faults and is slow, up to 4 and 50.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

namespace quilter::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t most_mails_in_all_orders = 4;
constexpr int shuffles = 50;
#else
constexpr std::size_t most_mails_in_all_orders = 6;
constexpr int shuffles = 500;
#endif
constexpr unsigned order_seed = 20261122;

using Order = std::vector<std::size_t>;  // places in the file

template <typename Use>
void for_each_order(std::size_t mails, Use use) {
  Order order(mails);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (mails <= most_mails_in_all_orders) {
    do use(order);
    while (std::next_permutation(order.begin(), order.end()));
    return;
  }
  std::mt19937 random{order_seed};
  for (int round = 0; round < shuffles; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    use(order);
  }
}

}  // namespace quilter::test
