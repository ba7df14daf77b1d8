#pragma once
// Transaction signatures (RFC 8945): a message is signed with a secret that both sides know, in a
// record at its end.
//
//   query ─► read_tsig ─► verify ─► answered ─► TsigSigner signs the answer, or each message of a
//                                               transfer, over what was signed before
//
// Time comes in as seconds since 1970. Signing and verifying allocate within OpenSSL.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "loadstar/wire/name.hpp"

namespace loadstar::wire {

/// HMACs with these hashes; older ones are not spoken (RFC 8945 6).
enum class TsigAlgorithm : std::uint8_t { HmacSha256, HmacSha384, HmacSha512 };

/// "hmac-sha256"; nullopt for what we do not speak.
[[nodiscard]] std::optional<TsigAlgorithm> parse_tsig_algorithm(std::string_view text) noexcept;

struct TsigKey {
  Name name;  ///< lowered, at most kMaxTsigKeyName bytes
  TsigAlgorithm algorithm = TsigAlgorithm::HmacSha256;
  std::vector<std::uint8_t> secret;
};

inline constexpr std::size_t kMaxTsigKeyName = 128;
inline constexpr std::size_t kMaxMac = 64;
/// Seconds that the clocks of both sides may differ (RFC 8945 10).
inline constexpr std::uint16_t kTsigFudge = 300;

/// What the TSIG record of an answer says (RFC 8945 3).
enum class TsigError : std::uint16_t {
  None = 0,
  BadSig = 16,
  BadKey = 17,
  BadTime = 18,
  BadTrunc = 22,
};

/// A TSIG record as it came. `mac` lies in the message.
struct Tsig {
  Name key;        ///< lowered
  Name algorithm;  ///< lowered
  std::uint64_t time = 0;
  std::uint16_t fudge = 0;
  std::uint16_t original_id = 0;
  std::uint16_t error = 0;
  std::span<const std::uint8_t> mac;
  std::span<const std::uint8_t> other;
};

/// The record at `offset`, which is the last of the message; nullopt when it is malformed (RFC
/// 8945 4.2): class not ANY, TTL not 0, fields that do not fill the RDATA.
[[nodiscard]] std::optional<Tsig> read_tsig(std::span<const std::uint8_t> message,
                                            std::size_t offset) noexcept;

/// The key of that name and algorithm, both; null without (RFC 8945 5.2.1).
[[nodiscard]] const TsigKey* find_key(std::span<const TsigKey> keys, const Tsig& tsig) noexcept;

/// Whether a MAC of that length may be at all: not longer than the hash, not shorter than half of
/// it (RFC 8945 5.2.2.1). If not, the message is malformed.
[[nodiscard]] bool has_valid_mac_size(const Tsig& tsig, const TsigKey& key) noexcept;

/// Checks a query against the key that it names: the MAC, then the time, then that the MAC is whole
/// (RFC 8945 5.2.2 to 5.2.4). `offset` is that of the TSIG record. Compares in constant time.
[[nodiscard]] TsigError verify_tsig(std::span<const std::uint8_t> message, std::size_t offset,
                                    const Tsig& tsig, const TsigKey& key,
                                    std::uint64_t now) noexcept;

/// The record of an answer that cannot be signed: BADKEY or BADSIG (RFC 8945 5.3.2). Appended to
/// the message, which must have room for unsigned_tsig_size() bytes more; returns the new size.
std::size_t append_unsigned_tsig(std::span<std::uint8_t> buffer, std::size_t size,
                                 const Tsig& query, TsigError error) noexcept;
[[nodiscard]] std::size_t unsigned_tsig_size(const Tsig& query) noexcept;

/// Signs messages one after another, each over the MAC before it (RFC 8945 5.3.1).
class TsigSigner {
 public:
  /// For answers to a query with `tsig`. The key must outlive the signer.
  TsigSigner(const TsigKey& key, const Tsig& tsig) noexcept;
  /// For a query with this ID.
  TsigSigner(const TsigKey& key, std::uint16_t id) noexcept : key_(&key), original_id_(id) {}

  /// What sign() appends at most.
  [[nodiscard]] std::size_t size() const noexcept;

  /// Signs the message of `size` bytes at the start of the buffer and appends the record; returns
  /// the new size. `error` is what its author says of the query's signature; for BADTIME there is
  /// sign_bad_time().
  std::size_t sign(std::span<std::uint8_t> buffer, std::size_t size, std::uint64_t now,
                   TsigError error = TsigError::None) noexcept;
  /// Whether an answer to the query that was signed last is from who has the key, is not old, and
  /// says that the query's signature was right (RFC 8945 5.3). `offset` is that of its TSIG record.
  [[nodiscard]] bool verify_answer(std::span<const std::uint8_t> message, std::size_t offset,
                                   std::uint64_t now) const noexcept;
  /// Signs BADTIME: the time of the query, and ours as other data (RFC 8945 5.2.3).
  std::size_t sign_bad_time(std::span<std::uint8_t> buffer, std::size_t size, const Tsig& query,
                            std::uint64_t now) noexcept;

 private:
  struct Fields;
  std::size_t append(std::span<std::uint8_t> buffer, std::size_t size,
                     const Fields& fields) noexcept;

  const TsigKey* key_;
  std::uint16_t original_id_ = 0;
  bool has_signed_ = false;  // the first signature covers more (RFC 8945 5.3.1)
  std::size_t mac_size_ = 0;
  std::array<std::uint8_t, kMaxMac> mac_{};  // the one before
};

}  // namespace loadstar::wire
