// What a fuzz target says must hold; false ends the program, which the fuzzer reports.
#pragma once

#include <cstdlib>

inline void require(bool holds) {
  if (!holds) std::abort();
}
