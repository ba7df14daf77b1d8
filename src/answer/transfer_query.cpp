#include "transfer_query.hpp"

#include <array>

#include "loadstar/wire/serial.hpp"

namespace loadstar::answer {
namespace {

/// The apex that the question names; null when it names none.
const zone::NameRecord* apex_of(const TransferQuery& asked,
                                const Snapshot::Contents& contents) noexcept {
  std::array<std::uint8_t, wire::kLoweredRoom> lowered;
  const std::size_t length = asked.query.name_length;
  wire::lower_name(asked.exchange.buffer.data() + wire::kHeaderSize, length, lowered.data());
  const zone::NameRecord* const record = contents.catalog->probe(lowered.data(), length);
  return record != nullptr && record->is(zone::NameRecord::kApex) ? record : nullptr;
}

void write_soa(const zone::NameRecord& apex, Draft& draft) noexcept {
  draft.writer.bytes(apex.records(*apex.find(wire::type::kSoa)));
  draft.count(Section::Answer, 1);
}

}  // namespace

std::optional<std::uint32_t> zone_to_send(const TransferQuery& asked,
                                          const Snapshot::Contents& contents,
                                          const TransferRules& rules, Draft& draft) noexcept {
  const auto fail = [&](wire::Rcode code, Reason why) {
    draft.fail(code, why);
    return std::nullopt;
  };
  // Who asks a server that transfers nothing is not told what zones it has.
  if (rules.is_empty()) return fail(wire::Rcode::Refused, Reason::Refused);
  const zone::NameRecord* const apex = apex_of(asked, contents);
  if (apex == nullptr) return fail(wire::Rcode::NotAuth, Reason::NotAuth);
  const zone::ZoneInfo& zone = contents.catalog->zone(apex->zone());
  if (!rules.allows(zone.origin, asked.exchange.client, asked.key))
    return fail(wire::Rcode::Refused, Reason::Refused);

  const bool over_udp = asked.exchange.transport == Transport::Udp;
  if (asked.query.type == wire::type::kAxfr)
    return over_udp ? fail(wire::Rcode::Refused, Reason::Refused) : std::optional(apex->zone());
  const auto message = asked.exchange.buffer.first(asked.exchange.query_size);
  const auto theirs = wire::read_ixfr_serial(message, asked.query);
  if (!theirs) return fail(wire::Rcode::FormErr, Reason::FormErr);
  if (!over_udp && wire::serial_rises(*theirs, zone.serial)) return apex->zone();
  write_soa(*apex, draft);
  return std::nullopt;
}

}  // namespace loadstar::answer
