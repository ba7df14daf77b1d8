#pragma once
// ldns behind unique_ptr. Included by the two files of this module that read presentation format.

#include <cstdint>
#include <ldns/ldns.h>
#include <memory>
#include <span>
#include <vector>

namespace loadstar::zone {

struct FreeRecord {
  void operator()(ldns_rr* record) const noexcept { ldns_rr_free(record); }
};
struct FreeRdf {
  void operator()(ldns_rdf* rdf) const noexcept { ldns_rdf_deep_free(rdf); }
};
struct FreeBuffer {
  void operator()(ldns_buffer* buffer) const noexcept { ldns_buffer_free(buffer); }
};

using LdnsRecord = std::unique_ptr<ldns_rr, FreeRecord>;
using LdnsRdf = std::unique_ptr<ldns_rdf, FreeRdf>;
using LdnsBuffer = std::unique_ptr<ldns_buffer, FreeBuffer>;

/// A wire name as ldns holds it.
[[nodiscard]] LdnsRdf ldns_name(std::span<const std::uint8_t> wire_name);

/// The record's RDATA, uncompressed, names in the case in which they were written; empty when ldns
/// cannot write it.
[[nodiscard]] std::vector<std::uint8_t> wire_rdata(const ldns_rr& record);

}  // namespace loadstar::zone
