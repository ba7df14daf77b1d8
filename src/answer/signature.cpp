#include "signature.hpp"

namespace loadstar::answer {

using wire::TsigError;

std::optional<Signature> Signature::check(std::span<const std::uint8_t> message,
                                          const wire::Query& query,
                                          std::span<const wire::TsigKey> keys,
                                          std::uint64_t now) noexcept {
  const auto tsig = wire::read_tsig(message, query.tsig_offset);
  if (!tsig) return std::nullopt;
  Signature signature;
  signature.tsig_ = *tsig;
  signature.tsig_.mac = {};
  signature.tsig_.other = {};
  signature.key_ = wire::find_key(keys, *tsig);
  if (signature.key_ == nullptr) {
    signature.error_ = TsigError::BadKey;
    return signature;
  }
  if (!wire::has_valid_mac_size(*tsig, *signature.key_)) return std::nullopt;
  signature.error_ = wire::verify_tsig(message, query.tsig_offset, *tsig, *signature.key_, now);
  if (signature.error_ != TsigError::BadSig) signature.signer_.emplace(*signature.key_, *tsig);
  return signature;
}

std::size_t Signature::size() const noexcept {
  return signer_ ? signer_->size() : wire::unsigned_tsig_size(tsig_);
}

std::size_t Signature::append(std::span<std::uint8_t> answer, std::size_t size,
                              std::uint64_t now) noexcept {
  switch (error_) {
    case TsigError::None:
    case TsigError::BadTrunc: return signer_->sign(answer, size, now, error_);
    case TsigError::BadTime: return signer_->sign_bad_time(answer, size, tsig_, now);
    case TsigError::BadSig:
    case TsigError::BadKey: break;
  }
  return wire::append_unsigned_tsig(answer, size, tsig_, error_);
}

}  // namespace loadstar::answer
