// Digests: SHA-1 (only where git asks for it), SHA-256, and the 64-bit hash of lock keys.
//
// Promise: pure functions of their input; lock_hash never changes, since daemons of two releases
// must agree on it.
// Error: none.
// Threads: safe from any; a digester belongs to one. The crypto library stays inside this folder.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace quilter {

using Sha1 = std::array<std::uint8_t, 20>;

// One digest after the other, each of all pieces since the one before.
class Sha1Digester {
 public:
  Sha1Digester();
  ~Sha1Digester();
  Sha1Digester(const Sha1Digester&) = delete;
  Sha1Digester& operator=(const Sha1Digester&) = delete;

  void add(std::string_view piece);
  Sha1 take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 hex digits, lower case.
std::string sha256_hex(std::string_view bytes);

// Of the pieces as if they were one.
std::string sha256_hex(std::initializer_list<std::string_view> pieces);

// Two lower-case digits a byte.
std::string hex(std::span<const std::uint8_t> bytes);

// FNV-1a, 64 bits (draft-eastlake-fnv). A made collision costs its maker a wait, nothing else.
constexpr std::uint64_t lock_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace quilter
