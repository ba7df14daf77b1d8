// Any bytes as a query: where it has a TSIG record, reading, finding the key, checking and
// answering must hold, and a signature that is accepted must be ours.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "loadstar/wire/message.hpp"
#include "loadstar/wire/tsig.hpp"

using namespace loadstar::wire;

namespace {

constexpr std::uint64_t kNow = 1'764'000'000;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<TsigKey> make_keys() {
  std::vector<std::uint8_t> secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{0});
  const auto key = [&](TsigAlgorithm algorithm) {
    return TsigKey{*Name::parse("xfr.", {}), algorithm, secret};
  };
  return {key(TsigAlgorithm::HmacSha256), key(TsigAlgorithm::HmacSha384),
          key(TsigAlgorithm::HmacSha512)};
}

void answer(const Tsig& tsig, const TsigKey& key) {
  std::vector<std::uint8_t> message(kHeaderSize);
  TsigSigner signer(key, tsig);
  message.resize(kHeaderSize + signer.size());
  const std::size_t size = signer.sign(message, kHeaderSize, kNow);
  require(size <= message.size());
  require(read_tsig(std::span(message).first(size), kHeaderSize).has_value());
  std::vector<std::uint8_t> refusal(kHeaderSize + unsigned_tsig_size(tsig));
  require(append_unsigned_tsig(refusal, kHeaderSize, tsig, TsigError::BadSig) == refusal.size());
}

/// As the answer to a query of ours, which it cannot be.
void check_as_answer(std::span<const std::uint8_t> message, const TsigKey& key) {
  const std::size_t offset = find_tsig(message);
  if (offset == 0) return;
  std::vector<std::uint8_t> query(kHeaderSize);
  TsigSigner signer(key, 1);
  query.resize(kHeaderSize + signer.size());
  static_cast<void>(signer.sign(query, kHeaderSize, kNow));
  require(!signer.verify_answer(message, offset, kNow));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<TsigKey> keys = make_keys();
  const std::span message(data, std::min<std::size_t>(size, 65'535));
  check_as_answer(message, keys[0]);
  Query query;
  if (!read_query(message, query) || query.tsig_offset == 0) return 0;
  require(query.tsig_offset < message.size());
  static_cast<void>(read_ixfr_serial(message, query));
  const auto tsig = read_tsig(message, query.tsig_offset);
  if (!tsig) return 0;
  const TsigKey* const key = find_key(keys, *tsig);
  if (key == nullptr || !has_valid_mac_size(*tsig, *key)) return 0;
  static_cast<void>(verify_tsig(message, query.tsig_offset, *tsig, *key, kNow));
  answer(*tsig, *key);
  return 0;
}
