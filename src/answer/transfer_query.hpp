#pragma once

#include <cstdint>
#include <optional>

#include "loadstar/answer/responder.hpp"
#include "loadstar/answer/transfer_rules.hpp"
#include "loadstar/wire/message.hpp"

#include "contents.hpp"
#include "draft.hpp"

namespace loadstar::answer {

/// A query for a whole zone.
struct TransferQuery {
  const Exchange& exchange;
  const wire::Query& query;
  const wire::TsigKey* key;  ///< that it was signed with; null when it was not
};

/// The number of the zone that is to be sent in answer to AXFR or IXFR. nullopt: the draft has the
/// answer, which is why not (REFUSED, NOTAUTH, FORMERR), or for IXFR the SOA alone: over UDP, so
/// that the client comes over TCP, and when it has that serial or a newer one (RFC 1995 2).
[[nodiscard]] std::optional<std::uint32_t> zone_to_send(const TransferQuery& asked,
                                                        const Snapshot::Contents& contents,
                                                        const TransferRules& rules,
                                                        Draft& draft) noexcept;

}  // namespace loadstar::answer
