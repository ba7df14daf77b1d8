#include "ldns_record.hpp"

namespace loadstar::zone {

LdnsRdf ldns_name(std::span<const std::uint8_t> wire_name) {
  return LdnsRdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire_name.size(), wire_name.data()));
}

std::vector<std::uint8_t> wire_rdata(const ldns_rr& record) {
  const LdnsBuffer buffer(ldns_buffer_new(LDNS_MIN_BUFLEN));
  for (std::size_t i = 0; i < ldns_rr_rd_count(&record); ++i) {
    const ldns_rdf* const field = ldns_rr_rdf(&record, i);
    if (ldns_rdf2buffer_wire(buffer.get(), field) != LDNS_STATUS_OK) return {};
  }
  const std::uint8_t* const begin = ldns_buffer_begin(buffer.get());
  return {begin, begin + ldns_buffer_position(buffer.get())};
}

}  // namespace loadstar::zone
