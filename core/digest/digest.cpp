#include "core/digest/digest.hpp"

#include <openssl/evp.h>

#include <memory>
#include <new>

namespace quilter {
namespace {

struct Free {
  void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Algorithm = std::unique_ptr<EVP_MD, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

// Fails for want of memory only: the algorithms are always there in the default provider.
Algorithm fetch(const char* name) {
  Algorithm algorithm{EVP_MD_fetch(nullptr, name, nullptr)};
  if (!algorithm) throw std::bad_alloc{};
  return algorithm;
}

// Fails for want of memory only.
template <std::size_t size>
std::array<std::uint8_t, size> digest(std::string_view bytes, const Algorithm& algorithm) {
  std::array<std::uint8_t, size> result{};
  if (EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, algorithm.get(), nullptr) != 1)
    throw std::bad_alloc{};
  return result;
}

const Algorithm& sha256() {
  static const auto algorithm = fetch("SHA256");
  return algorithm;
}

}  // namespace

// Its steps fail for want of memory only.
struct Sha1Digester::State {
  State() {
    // Once: to look it up takes longer than a short hash.
    static const auto algorithm = fetch("SHA1");
    require(context && EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1);
  }
  static void require(bool worked) {
    if (!worked) throw std::bad_alloc{};
  }
  const Context context{EVP_MD_CTX_new()};
};

Sha1Digester::Sha1Digester() : state_{std::make_unique<State>()} {}
Sha1Digester::~Sha1Digester() = default;

void Sha1Digester::add(std::string_view piece) {
  State::require(EVP_DigestUpdate(state_->context.get(), piece.data(), piece.size()) == 1);
}

Sha1 Sha1Digester::take() {
  auto* context = state_->context.get();
  Sha1 result{};
  State::require(EVP_DigestFinal_ex(context, result.data(), nullptr) == 1);
  State::require(EVP_DigestInit_ex2(context, nullptr, nullptr) == 1);
  return result;
}

std::string sha256_hex(std::string_view bytes) {
  return hex(digest<32>(bytes, sha256()));
}

// Each step fails for want of memory only.
std::string sha256_hex(std::initializer_list<std::string_view> pieces) {
  const Context context{EVP_MD_CTX_new()};
  bool sound = context && EVP_DigestInit_ex2(context.get(), sha256().get(), nullptr) == 1;
  for (const auto piece : pieces)
    sound = sound && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
  std::array<std::uint8_t, 32> result{};
  if (!sound || EVP_DigestFinal_ex(context.get(), result.data(), nullptr) != 1)
    throw std::bad_alloc{};
  return hex(result);
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
