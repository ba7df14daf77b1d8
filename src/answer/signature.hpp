#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/wire/message.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::answer {

/// The TSIG record of a query: what it proves, and how the answer is signed in turn (RFC 8945 5).
class Signature {
 public:
  /// nullopt when the record is malformed. `now` is in seconds since 1970. The keys must outlive
  /// it.
  [[nodiscard]] static std::optional<Signature> check(std::span<const std::uint8_t> message,
                                                      const wire::Query& query,
                                                      std::span<const wire::TsigKey> keys,
                                                      std::uint64_t now) noexcept;

  /// The query is from somebody who has the key, and is not old.
  [[nodiscard]] bool is_good() const noexcept { return error_ == wire::TsigError::None; }
  /// The key of a good one.
  [[nodiscard]] const wire::TsigKey* key() const noexcept { return key_; }
  [[nodiscard]] const wire::TsigSigner& signer() const noexcept { return *signer_; }

  /// Bytes that append() needs at most.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Ends the answer, of `size` bytes, with a TSIG record, which is not signed for a key or a MAC
  /// that is not right (RFC 8945 5.3.2); returns the new size.
  std::size_t append(std::span<std::uint8_t> answer, std::size_t size, std::uint64_t now) noexcept;

 private:
  wire::Tsig tsig_;  // without its MAC, which the answer is written over
  wire::TsigError error_ = wire::TsigError::None;
  const wire::TsigKey* key_ = nullptr;
  std::optional<wire::TsigSigner> signer_;  // with a key and a MAC that are right
};

}  // namespace loadstar::answer
