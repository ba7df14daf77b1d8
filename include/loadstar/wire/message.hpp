#pragma once
// A query as it arrives (RFC 1035 4.1): header, one question, and of the rest only OPT. Reading is
// one pass with bounds checks; nothing is allocated and nothing is read twice.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/edns.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::wire {

inline constexpr std::size_t kHeaderSize = 12;

/// The second 16 bits of a header (RFC 1035 4.1.1, RFC 4035 3.2).
namespace flag {
inline constexpr std::uint16_t kResponse = 0x8000;  // QR
inline constexpr std::uint16_t kOpcodeMask = 0x7800;
inline constexpr std::uint16_t kAuthoritative = 0x0400;     // AA
inline constexpr std::uint16_t kTruncated = 0x0200;         // TC
inline constexpr std::uint16_t kRecursionDesired = 0x0100;  // RD
inline constexpr std::uint16_t kRecursionAvailable = 0x0080;
inline constexpr std::uint16_t kAuthenticData = 0x0020;
inline constexpr std::uint16_t kCheckingDisabled = 0x0010;
}  // namespace flag

/// Why a message cannot be answered as a query.
enum class QueryError : std::uint8_t {
  Short,            ///< fewer than 12 bytes: drop
  Response,         ///< QR=1: drop
  NotQuery,         ///< opcode other than QUERY: NOTIMP
  FormErr,          ///< anything malformed, QDCOUNT other than 1, trailing bytes
  FormErrQuestion,  ///< malformed after a question that parsed: FORMERR with the question echoed
};

/// One parsed query. Offsets are from the message's start.
struct Query {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t type = 0;
  std::uint16_t klass = 0;
  std::uint16_t name_length = 0;   ///< uncompressed name at offset 12
  std::uint16_t question_end = 0;  ///< offset behind the question
  std::uint16_t tsig_offset = 0;   ///< of the TSIG record, which stands last; 0 = not signed
  Edns edns;                       ///< edns.present = false: no OPT
};

/// Reads a message; `query` is overwritten. On FormErrQuestion it holds id, flags and question, and
/// EDNS when that parsed; on NotQuery and FormErr id, flags, and EDNS when the rest is well formed;
/// on Response id and flags; on Short nothing. Records other than OPT are stepped over with bounds
/// checks and not looked into; a TSIG elsewhere than last is malformed. Work is linear in the
/// message.
[[nodiscard]] std::expected<void, QueryError> read_query(std::span<const std::uint8_t> message,
                                                         Query& query) noexcept;

/// Where the TSIG record of a message stands that need not be a query, such as an answer to us; 0
/// when it is not signed or malformed.
[[nodiscard]] std::size_t find_tsig(std::span<const std::uint8_t> message) noexcept;

/// The serial that the author of an IXFR query has (RFC 1995 3): of the one SOA in its authority
/// section. nullopt when it is not there. `message` is one that read_query() has read as `query`.
[[nodiscard]] std::optional<std::uint32_t> read_ixfr_serial(std::span<const std::uint8_t> message,
                                                            const Query& query) noexcept;

}  // namespace loadstar::wire
