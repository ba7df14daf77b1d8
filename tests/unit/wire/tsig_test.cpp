// The expected MACs come from another implementation: HMAC by Python's hashlib over what RFC
// 8945 4.3 and 5.3 say is signed.
#include "loadstar/wire/tsig.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "loadstar/wire/message.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::wire;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kNow = 1'764'000'000;

TsigKey make_key(std::string_view name = "xfr.example.",
                 TsigAlgorithm algorithm = TsigAlgorithm::HmacSha256) {
  TsigKey key{*Name::parse(name, {}), algorithm, Bytes(32)};
  std::iota(key.secret.begin(), key.secret.end(), std::uint8_t{0});
  return key;
}

/// example.com SOA, as a query or with other flags.
Bytes message(std::uint16_t flags = 0) {
  Bytes bytes{0x12, 0x34, 0,   0,   0,   1, 0,   0,   0,   0, 0, 0, 7, 'e', 'x',
              'a',  'm',  'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 6, 0, 1};
  write_u16(&bytes[2], flags);
  return bytes;
}

Bytes sign(Bytes bytes, TsigSigner& signer, std::uint64_t now = kNow) {
  const std::size_t size = bytes.size();
  bytes.resize(size + signer.size());
  bytes.resize(signer.sign(bytes, size, now));
  return bytes;
}

Bytes signed_query(const TsigKey& key, std::uint64_t now = kNow) {
  TsigSigner signer(key, 0x1234);
  return sign(message(), signer, now);
}

Tsig read(const Bytes& bytes) {
  Query query;
  REQUIRE(read_query(bytes, query));
  const auto tsig = read_tsig(bytes, query.tsig_offset);
  REQUIRE(tsig);
  return *tsig;
}

TsigError verify(const Bytes& bytes, const TsigKey& key, std::uint64_t now = kNow) {
  return verify_tsig(bytes, message().size(), read(bytes), key, now);
}

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("a query is signed as another implementation signs it", "[wire][tsig][rfc8945]") {
  const Bytes query = signed_query(make_key());
  const Tsig tsig = read(query);
  CHECK(hex(tsig.mac) == "5ebf219f127abf15dbedc343bf48b409915cf57d5d61d71f9b5a67984aaffbc1");
  CHECK(tsig.key == *Name::parse("xfr.example.", {}));
  CHECK(tsig.algorithm == *Name::parse("hmac-sha256.", {}));
  CHECK(tsig.time == kNow);
  CHECK(tsig.fudge == kTsigFudge);
  CHECK(tsig.original_id == 0x1234);
  CHECK(tsig.other.empty());
  CHECK(verify(query, make_key()) == TsigError::None);
}

TEST_CASE("an answer is signed over the query's MAC, the next message over the answer's",
          "[wire][tsig][rfc8945]") {
  const TsigKey key = make_key();
  const Bytes query = signed_query(key);
  TsigSigner signer(key, read(query));
  const auto mac_of = [](const Bytes& answer) {
    const auto tsig = read_tsig(answer, message().size());
    REQUIRE(tsig);
    return hex(tsig->mac);
  };
  CHECK(mac_of(sign(message(0x8400), signer, kNow + 1)) ==
        "f34bf1e2b8d2170f64344a1bbdc61572a4fec5a314f9f3106ccda4266adb2153");
  CHECK(mac_of(sign(message(0x8400), signer, kNow + 2)) ==
        "3376cf64679f291f7de915e4077a6bab0d44d14e0d5f836d6d39697b8fe20e9b");
}

TEST_CASE("every algorithm signs and verifies, and a key is its name and its algorithm",
          "[wire][tsig][CVE-2017-3143]") {
  for (const char* text : {"hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    INFO(text);
    const auto algorithm = parse_tsig_algorithm(text);
    REQUIRE(algorithm);
    const std::vector keys{make_key("xfr.example.", *algorithm)};
    const Bytes query = signed_query(keys[0]);
    const Tsig tsig = read(query);
    CHECK(find_key(keys, tsig) == keys.data());
    CHECK(verify(query, keys[0]) == TsigError::None);
    const auto other = *algorithm == TsigAlgorithm::HmacSha256 ? TsigAlgorithm::HmacSha512
                                                               : TsigAlgorithm::HmacSha256;
    CHECK(find_key(std::vector{make_key("xfr.example.", other)}, tsig) == nullptr);
    CHECK(find_key(std::vector{make_key("other.example.", *algorithm)}, tsig) == nullptr);
  }
  CHECK_FALSE(parse_tsig_algorithm("hmac-md5.sig-alg.reg.int"));
  CHECK_FALSE(parse_tsig_algorithm("hmac-sha1"));
}

TEST_CASE("any byte that is changed breaks the signature", "[wire][tsig][CVE-2017-3142]") {
  const TsigKey key = make_key();
  const Bytes good = signed_query(key);
  for (std::size_t at = 2; at < good.size(); ++at) {
    if (at >= 4 && at < 12) continue;  // counts: the message would be another one
    Bytes bad = good;
    bad[at] ^= 1;
    INFO(at);
    Query query;
    if (!read_query(bad, query) || query.tsig_offset == 0) continue;
    const auto tsig = read_tsig(bad, query.tsig_offset);
    if (!tsig || find_key(std::vector{key}, *tsig) == nullptr) continue;
    CHECK(verify_tsig(bad, query.tsig_offset, *tsig, key, kNow) == TsigError::BadSig);
  }
}

TEST_CASE("the ID that a forwarder gave is not the one that was signed", "[wire][tsig][rfc8945]") {
  Bytes query = signed_query(make_key());
  query[0] = 0x77;
  CHECK(verify(query, make_key()) == TsigError::None);
}

TEST_CASE("names of keys do not depend on case, and may be compressed", "[wire][tsig]") {
  const Bytes query = signed_query(make_key("XFR.Example."));
  CHECK(read(query).key == *Name::parse("xfr.example.", {}));

  const TsigKey key = make_key("xfr.example.com.");
  Bytes compressed = signed_query(key);
  const auto at = static_cast<std::ptrdiff_t>(message().size() + 4);
  compressed.erase(compressed.begin() + at, compressed.begin() + at + 13);
  const Bytes pointer{0xc0, 12};
  compressed.insert(compressed.begin() + at, pointer.begin(), pointer.end());
  CHECK(read(compressed).key == key.name);
  CHECK(verify(compressed, key) == TsigError::None);

  compressed[static_cast<std::size_t>(at) + 1] = static_cast<std::uint8_t>(at);  // to itself
  CHECK_FALSE(read_tsig(compressed, message().size()));
}

TEST_CASE("time counts on both sides, to the second", "[wire][tsig][rfc8945][CVE-2020-8617]") {
  const Bytes query = signed_query(make_key());
  CHECK(verify(query, make_key(), kNow + kTsigFudge) == TsigError::None);
  CHECK(verify(query, make_key(), kNow - kTsigFudge) == TsigError::None);
  CHECK(verify(query, make_key(), kNow + kTsigFudge + 1) == TsigError::BadTime);
  CHECK(verify(query, make_key(), kNow - kTsigFudge - 1) == TsigError::BadTime);
  CHECK(verify(query, make_key(), 0) == TsigError::BadTime);
  constexpr std::uint64_t kLast = 0xffff'ffff'ffff;
  CHECK(verify(signed_query(make_key(), kLast), make_key(), kLast) == TsigError::None);
}

TEST_CASE("BADTIME tells our time, and is signed", "[wire][tsig][rfc8945]") {
  const TsigKey key = make_key();
  const Bytes query = signed_query(key);
  TsigSigner signer(key, read(query));
  Bytes answer = message(0x8009);
  const std::size_t size = answer.size();
  answer.resize(size + signer.size());
  answer.resize(signer.sign_bad_time(answer, size, read(query), kNow + 1000));
  const auto tsig = read_tsig(answer, size);
  REQUIRE(tsig);
  CHECK(tsig->error == 18);
  CHECK(tsig->time == kNow);
  CHECK(hex(tsig->other) == "0000692484e8");
  CHECK(tsig->mac.size() == 32);
}

TEST_CASE("a MAC that is cut short is malformed, or right and not accepted",
          "[wire][tsig][rfc8945]") {
  const TsigKey key = make_key();
  for (std::size_t size = 0; size <= 40; ++size) {
    INFO(size);
    Bytes query = signed_query(key);
    const std::size_t mac = query.size() - 6 - 32;
    query.erase(query.begin() + static_cast<std::ptrdiff_t>(mac), query.end() - 6);
    Bytes cut = signed_query(key);
    const Tsig whole = read(cut);
    Bytes bytes(whole.mac.begin(), whole.mac.end());
    bytes.resize(size);
    query.insert(query.begin() + static_cast<std::ptrdiff_t>(mac), bytes.begin(), bytes.end());
    write_u16(&query[mac - 2], static_cast<std::uint16_t>(size));
    const std::size_t length = message().size() + make_key().name.length() + 8;
    write_u16(&query[length], static_cast<std::uint16_t>(13 + 10 + size + 6));
    const Tsig tsig = read(query);
    CHECK(has_valid_mac_size(tsig, key) == (size >= 16 && size <= 32));
    if (!has_valid_mac_size(tsig, key)) continue;
    CHECK(verify(query, key) == (size == 32 ? TsigError::None : TsigError::BadTrunc));
    CHECK(verify(query, key, kNow + 1000) == TsigError::BadTime);
    query[mac] ^= 1;
    CHECK(verify(query, key) == TsigError::BadSig);
  }
}

TEST_CASE("a malformed TSIG record is told apart", "[wire][tsig][CVE-2025-40775]") {
  const Bytes good = signed_query(make_key());
  const std::size_t start = message().size();
  const std::size_t tail = start + make_key().name.length();
  CHECK(read_tsig(good, start));
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes bad = good;
    bad[at] = value;
    return bad;
  };
  CHECK_FALSE(read_tsig(with(tail + 3, 1), start));               // class IN
  CHECK_FALSE(read_tsig(with(tail + 7, 1), start));               // TTL 1
  CHECK_FALSE(read_tsig(with(tail + 10, 0xc0), start));           // algorithm compressed
  CHECK_FALSE(read_tsig(with(tail + 10 + 13 + 9, 31), start));    // MAC size
  CHECK_FALSE(read_tsig(with(tail + 10 + 13 + 8, 0xff), start));  // MAC size, far too large
  CHECK_FALSE(read_tsig(with(good.size() - 1, 1), start));        // size of other data
  for (std::size_t size = start; size < good.size(); ++size)
    CHECK_FALSE(read_tsig(std::span(good).first(size), start));
}

TEST_CASE("an answer that cannot be signed says why", "[wire][tsig][rfc8945]") {
  const Bytes query = signed_query(make_key());
  const Tsig asked = read(query);
  Bytes answer = message(0x8009);
  const std::size_t size = answer.size();
  answer.resize(size + unsigned_tsig_size(asked));
  CHECK(append_unsigned_tsig(answer, size, asked, TsigError::BadKey) == answer.size());
  const auto tsig = read_tsig(answer, size);
  REQUIRE(tsig);
  CHECK(tsig->error == 17);
  CHECK(tsig->mac.empty());
  CHECK(tsig->key == asked.key);
  CHECK(answer[11] == 1);
}

TEST_CASE("who has asked checks the answer", "[wire][tsig][rfc8945]") {
  const TsigKey key = make_key();
  TsigSigner asker(key, 0x1234);
  const Bytes query = sign(message(), asker);
  const auto answer_to = [&](const Bytes& asked, const TsigKey& with) {
    TsigSigner signer(with, read(asked));
    return sign(message(0x8400), signer);
  };
  const auto is_good = [&](const Bytes& answer, std::uint64_t now = kNow) {
    const std::size_t offset = find_tsig(answer);
    return offset != 0 && asker.verify_answer(answer, offset, now);
  };
  const Bytes good = answer_to(query, key);
  CHECK(is_good(good));
  CHECK(is_good(good, kNow + kTsigFudge));
  CHECK_FALSE(is_good(good, kNow + kTsigFudge + 1));
  CHECK_FALSE(is_good(answer_to(query, make_key("other."))));
  CHECK_FALSE(is_good(answer_to(signed_query(key, kNow - 1), key)));  // of another query
  CHECK_FALSE(is_good(message(0x8400)));
  for (std::size_t at = 2; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 1;
    INFO(at);
    CHECK_FALSE(is_good(bad));
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(is_good(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
  }
}
