#include "core/store/new_request.hpp"

#include <array>
#include <cstdio>
#include <random>

namespace quilter {

std::string new_request() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", random());
    text += digits.data();
  }
  return text;
}

bool took_place(pqxx::transaction_base& transaction, const std::string& request) {
  return !transaction.exec_params("SELECT FROM event WHERE request = $1", request).empty();
}

}  // namespace quilter
