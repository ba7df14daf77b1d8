#include "loadstar/wire/tsig.hpp"

#include <algorithm>
#include <cstring>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/expand.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/types.hpp"

#include "hmac.hpp"

namespace loadstar::wire {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kRecordTail = 10;  // type, class, TTL, RDLENGTH
constexpr std::size_t kTimeSize = 6;
constexpr std::size_t kBeforeMac = kTimeSize + 4;  // time, fudge, MAC size
constexpr std::size_t kBehindMac = 6;              // original ID, error, size of other data
constexpr std::size_t kShortestMac = 10;           // RFC 8945 5.2.2.1

struct AlgorithmName {
  std::string_view text;
  TsigAlgorithm algorithm;
};
constexpr auto kAlgorithms = std::to_array<AlgorithmName>({
    {"hmac-sha256", TsigAlgorithm::HmacSha256},
    {"hmac-sha384", TsigAlgorithm::HmacSha384},
    {"hmac-sha512", TsigAlgorithm::HmacSha512},
});

Name name_of(TsigAlgorithm algorithm) noexcept {
  return *Name{}.child(kAlgorithms[static_cast<std::size_t>(algorithm)].text);
}

std::array<std::uint8_t, kTimeSize> time_bytes(std::uint64_t time) noexcept {
  std::array<std::uint8_t, kTimeSize> bytes;
  write_u16(bytes.data(), static_cast<std::uint16_t>(time >> 32));
  write_u32(bytes.data() + 2, static_cast<std::uint32_t>(time));
  return bytes;
}

std::uint64_t read_time(const std::uint8_t* at) noexcept {
  return std::uint64_t{read_u16(at)} << 32 | read_u32(at + 2);
}

void add_u16(Hmac& hmac, std::uint16_t value) noexcept {
  std::array<std::uint8_t, 2> bytes;
  write_u16(bytes.data(), value);
  hmac.add(bytes);
}

/// The MAC before, with its length; nothing when there is none (RFC 8945 5.4.2).
void add_prior(Hmac& hmac, Bytes mac) noexcept {
  if (mac.empty()) return;
  add_u16(hmac, static_cast<std::uint16_t>(mac.size()));
  hmac.add(mac);
}

/// The message without its TSIG record, as it left its author (RFC 8945 5.1).
void add_message(Hmac& hmac, Bytes message, std::uint16_t original_id,
                 std::uint16_t additionals) noexcept {
  std::array<std::uint8_t, kHeaderSize> header;
  std::memcpy(header.data(), message.data(), kHeaderSize);
  write_u16(header.data(), original_id);
  write_u16(header.data() + 10, additionals);
  hmac.add(header);
  hmac.add(message.subspan(kHeaderSize));
}

/// What is said of the signing itself.
struct Signing {
  std::uint64_t time = 0;
  std::uint16_t fudge = kTsigFudge;
  std::uint16_t error = 0;
  Bytes other;
};

/// RFC 8945 4.3.3; of messages after the first only the timers.
void add_timers(Hmac& hmac, const Signing& signing) noexcept {
  hmac.add(time_bytes(signing.time));
  add_u16(hmac, signing.fudge);
}

void add_variables(Hmac& hmac, const Name& key, const Name& algorithm,
                   const Signing& signing) noexcept {
  static constexpr std::array<std::uint8_t, 6> kClassAndTtl{0, klass::kAny, 0, 0, 0, 0};
  hmac.add(key.bytes());
  hmac.add(kClassAndTtl);
  hmac.add(algorithm.bytes());
  add_timers(hmac, signing);
  add_u16(hmac, signing.error);
  add_u16(hmac, static_cast<std::uint16_t>(signing.other.size()));
  hmac.add(signing.other);
}

std::size_t record_size(const Name& key, const Name& algorithm, std::size_t mac,
                        std::size_t other) noexcept {
  return key.length() + kRecordTail + algorithm.length() + kBeforeMac + mac + kBehindMac + other;
}

/// Appends the record, which the buffer has room for, and counts it; returns the new size.
std::size_t append_record(std::span<std::uint8_t> buffer, std::size_t size, const Name& key,
                          const Name& algorithm, Bytes mac, std::uint16_t original_id,
                          const Signing& signing) noexcept {
  const std::size_t all = record_size(key, algorithm, mac.size(), signing.other.size());
  const std::size_t rdata = all - key.length() - kRecordTail;
  std::uint8_t* at = buffer.data() + size;
  const auto put = [&](Bytes bytes) { at = std::ranges::copy(bytes, at).out; };
  const auto put_u16 = [&](std::size_t value) {
    write_u16(at, static_cast<std::uint16_t>(value));
    at += 2;
  };
  put(key.bytes());
  put_u16(type::kTsig);
  put_u16(klass::kAny);
  put_u16(0);
  put_u16(0);
  put_u16(rdata);
  put(algorithm.bytes());
  put(time_bytes(signing.time));
  put_u16(signing.fudge);
  put_u16(mac.size());
  put(mac);
  put_u16(original_id);
  put_u16(signing.error);
  put_u16(signing.other.size());
  put(signing.other);
  write_u16(buffer.data() + 10, static_cast<std::uint16_t>(read_u16(buffer.data() + 10) + 1));
  return size + all;
}

/// The MAC, over what was given to the HMAC before and the message, then the time, then the length:
/// a MAC that is cut short is easier to guess, and nobody needs one.
TsigError verify(Bytes message, std::size_t offset, const Tsig& tsig, Hmac& hmac,
                 std::uint64_t now) noexcept {
  const auto others = static_cast<std::uint16_t>(read_u16(&message[10]) - 1);
  add_message(hmac, message.first(offset), tsig.original_id, others);
  add_variables(hmac, tsig.key, tsig.algorithm, {tsig.time, tsig.fudge, tsig.error, tsig.other});
  std::array<std::uint8_t, kMaxMac> mac;
  const std::size_t size = hmac.finish(mac);
  if (tsig.mac.empty() || tsig.mac.size() > size) return TsigError::BadSig;
  if (!equal_in_constant_time(tsig.mac, std::span(mac).first(tsig.mac.size())))
    return TsigError::BadSig;
  const std::uint64_t apart = now > tsig.time ? now - tsig.time : tsig.time - now;
  if (apart > tsig.fudge) return TsigError::BadTime;
  return tsig.mac.size() < size ? TsigError::BadTrunc : TsigError::None;
}

/// The fields behind the algorithm's name; false when they do not fill the RDATA.
bool read_fields(Bytes rdata, Tsig& tsig) noexcept {
  if (rdata.size() < kBeforeMac) return false;
  tsig.time = read_time(rdata.data());
  tsig.fudge = read_u16(&rdata[kTimeSize]);
  const std::size_t mac = read_u16(&rdata[kTimeSize + 2]);
  rdata = rdata.subspan(kBeforeMac);
  if (mac > rdata.size() || rdata.size() - mac < kBehindMac) return false;
  tsig.mac = rdata.first(mac);
  rdata = rdata.subspan(mac);
  tsig.original_id = read_u16(rdata.data());
  tsig.error = read_u16(&rdata[2]);
  tsig.other = rdata.subspan(kBehindMac);
  return read_u16(&rdata[4]) == tsig.other.size();
}

}  // namespace

std::optional<TsigAlgorithm> parse_tsig_algorithm(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kAlgorithms, text, &AlgorithmName::text);
  if (found == kAlgorithms.end()) return std::nullopt;
  return found->algorithm;
}

std::optional<Tsig> read_tsig(Bytes message, std::size_t offset) noexcept {
  const auto owner = expand_name(message, offset);
  if (!owner || message.size() - owner->end < kRecordTail) return std::nullopt;
  const std::uint8_t* const tail = message.data() + owner->end;
  if (read_u16(tail + 2) != klass::kAny || read_u32(tail + 4) != 0) return std::nullopt;
  const Bytes rdata = message.subspan(owner->end + kRecordTail);
  const std::size_t algorithm = name_length(rdata);
  if (algorithm == 0 || read_u16(tail + 8) != rdata.size()) return std::nullopt;
  Tsig tsig;
  tsig.key = owner->name.lowered();
  tsig.algorithm = Name::from_wire(rdata.first(algorithm))->lowered();
  if (!read_fields(rdata.subspan(algorithm), tsig)) return std::nullopt;
  return tsig;
}

const TsigKey* find_key(std::span<const TsigKey> keys, const Tsig& tsig) noexcept {
  const auto found = std::ranges::find_if(keys, [&](const TsigKey& key) {
    return key.name == tsig.key && name_of(key.algorithm) == tsig.algorithm;
  });
  return found == keys.end() ? nullptr : &*found;
}

bool has_valid_mac_size(const Tsig& tsig, const TsigKey& key) noexcept {
  const std::size_t whole = mac_size(key.algorithm);
  return tsig.mac.size() <= whole && tsig.mac.size() >= std::max(kShortestMac, whole / 2);
}

TsigError verify_tsig(Bytes message, std::size_t offset, const Tsig& tsig, const TsigKey& key,
                      std::uint64_t now) noexcept {
  Hmac hmac(key);
  return verify(message, offset, tsig, hmac, now);
}

std::size_t unsigned_tsig_size(const Tsig& query) noexcept {
  return record_size(query.key, query.algorithm, 0, 0);
}

std::size_t append_unsigned_tsig(std::span<std::uint8_t> buffer, std::size_t size,
                                 const Tsig& query, TsigError error) noexcept {
  return append_record(buffer, size, query.key, query.algorithm, {}, query.original_id,
                       {query.time, query.fudge, static_cast<std::uint16_t>(error), {}});
}

struct TsigSigner::Fields : Signing {};

TsigSigner::TsigSigner(const TsigKey& key, const Tsig& tsig) noexcept
    : key_(&key), original_id_(tsig.original_id), mac_size_(std::min(tsig.mac.size(), kMaxMac)) {
  std::ranges::copy(tsig.mac.first(mac_size_), mac_.begin());
}

std::size_t TsigSigner::size() const noexcept {
  return record_size(key_->name, name_of(key_->algorithm), mac_size(key_->algorithm), kTimeSize);
}

std::size_t TsigSigner::sign(std::span<std::uint8_t> buffer, std::size_t size, std::uint64_t now,
                             TsigError error) noexcept {
  return append(buffer, size,
                {{.time = now, .error = static_cast<std::uint16_t>(error), .other = {}}});
}

std::size_t TsigSigner::sign_bad_time(std::span<std::uint8_t> buffer, std::size_t size,
                                      const Tsig& query, std::uint64_t now) noexcept {
  const auto ours = time_bytes(now);
  constexpr auto kError = static_cast<std::uint16_t>(TsigError::BadTime);
  return append(buffer, size, {{.time = query.time, .error = kError, .other = ours}});
}

bool TsigSigner::verify_answer(Bytes message, std::size_t offset,
                               std::uint64_t now) const noexcept {
  const auto tsig = read_tsig(message, offset);
  if (!tsig || find_key(std::span(key_, 1), *tsig) == nullptr) return false;
  if (!has_valid_mac_size(*tsig, *key_) || tsig->error != 0) return false;
  Hmac hmac(*key_);
  add_prior(hmac, std::span(mac_).first(mac_size_));
  return verify(message, offset, *tsig, hmac, now) == TsigError::None;
}

std::size_t TsigSigner::append(std::span<std::uint8_t> buffer, std::size_t size,
                               const Fields& fields) noexcept {
  const Name algorithm = name_of(key_->algorithm);
  Hmac hmac(*key_);
  add_prior(hmac, std::span(mac_).first(mac_size_));
  add_message(hmac, buffer.first(size), original_id_, read_u16(&buffer[10]));
  if (has_signed_)
    add_timers(hmac, fields);
  else
    add_variables(hmac, key_->name, algorithm, fields);
  has_signed_ = true;
  mac_size_ = hmac.finish(mac_);
  return append_record(buffer, size, key_->name, algorithm, std::span(mac_).first(mac_size_),
                       original_id_, fields);
}

}  // namespace loadstar::wire
