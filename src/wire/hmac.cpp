#include "hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace loadstar::wire {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
};

const char* digest_of(TsigAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case TsigAlgorithm::HmacSha256: return "SHA256";
    case TsigAlgorithm::HmacSha384: return "SHA384";
    case TsigAlgorithm::HmacSha512: return "SHA512";
  }
  return "";
}

}  // namespace

void Hmac::Free::operator()(evp_mac_ctx_st* context) const noexcept { EVP_MAC_CTX_free(context); }

Hmac::Hmac(const TsigKey& key) noexcept {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  context_.reset(EVP_MAC_CTX_new(mac.get()));
  char* const digest = const_cast<char*>(digest_of(key.algorithm));  // only read
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  const bool ready = context_ != nullptr && EVP_MAC_init(context_.get(), key.secret.data(),
                                                         key.secret.size(), parameters.data()) == 1;
  if (!ready) context_.reset();
}

void Hmac::add(std::span<const std::uint8_t> bytes) noexcept {
  if (context_ == nullptr) return;
  if (EVP_MAC_update(context_.get(), bytes.data(), bytes.size()) != 1) context_.reset();
}

std::size_t Hmac::finish(std::array<std::uint8_t, kMaxMac>& mac) noexcept {
  std::size_t size = 0;
  if (context_ == nullptr || EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) != 1)
    return 0;
  return size;
}

bool equal_in_constant_time(std::span<const std::uint8_t> a,
                            std::span<const std::uint8_t> b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace loadstar::wire
