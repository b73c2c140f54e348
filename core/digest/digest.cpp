#include "core/digest/digest.hpp"

#include <openssl/evp.h>

#include <new>

namespace quilter {
namespace {

// EVP_Digest fails for want of memory only: the algorithms are always there in the default
// provider.
template <std::size_t size>
std::array<std::uint8_t, size> digest(std::string_view bytes, const EVP_MD* algorithm) {
  std::array<std::uint8_t, size> result{};
  if (EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, algorithm, nullptr) != 1)
    throw std::bad_alloc{};
  return result;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view bytes) {
  return digest<20>(bytes, EVP_sha1());
}

std::string sha256_hex(std::string_view bytes) {
  return hex(digest<32>(bytes, EVP_sha256()));
}

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace quilter
