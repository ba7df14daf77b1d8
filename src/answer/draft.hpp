#pragma once

#include <array>
#include <cstdint>

#include "loadstar/answer/responder.hpp"
#include "loadstar/wire/types.hpp"
#include "loadstar/wire/writer.hpp"
#include "loadstar/zone/catalog.hpp"

namespace loadstar::answer {

/// Why there is no answer, for people who debug (RFC 8914 4).
enum class Ede : std::uint16_t {
  NotReady = 14,
  Prohibited = 18,
  NotAuthoritative = 20,
  InvalidQueryType = 30,
  None = 0xffff,
};

enum class Section : std::uint8_t { Answer, Authority, Additional };

/// An answer while it is being written: the records so far, and what the header will say of them.
struct Draft {
  wire::Writer writer;  ///< stands behind the question; its end leaves room for OPT
  std::array<std::uint16_t, 3> counts{};
  wire::Rcode rcode = wire::Rcode::NoError;
  Reason reason = Reason::Answered;
  bool authoritative = true;
  bool truncated = false;
  Ede ede = Ede::None;
  const zone::NameRecord* matched = nullptr;  ///< what the question met; null: nothing of ours
  std::uint8_t scope_bits = 0;  ///< of everything that the answer depends on (RFC 7871 7.2.1)

  void count(Section section, std::size_t records) noexcept {
    auto& total = counts[static_cast<std::size_t>(section)];
    total = static_cast<std::uint16_t>(total + records);
  }
  /// An answer without records.
  void fail(wire::Rcode code, Reason why, Ede explained = Ede::None) noexcept {
    rcode = code;
    reason = why;
    ede = explained;
    authoritative = false;
  }
};

}  // namespace loadstar::answer
