#pragma once

#include "loadstar/model/zone.hpp"

#include "definitions.hpp"

namespace loadstar::model {

/// Most bytes of a record's text: RDATA of 65,535 octets, each written as \DDD.
inline constexpr std::size_t kMaxRecordText = 4 * 65'535;

/// Reads "records" into the owners of a zone.
void read_records(Context& context, json::Value value, Zone& zone);

/// Seconds, or {"min", "max"}.
[[nodiscard]] std::optional<Ttl> read_ttl(Context& context, json::Value value);

/// Keys of an owner that are not record types.
[[nodiscard]] std::vector<std::string_view> owner_keys();
[[nodiscard]] std::vector<std::string_view> ttl_keys();

}  // namespace loadstar::model
