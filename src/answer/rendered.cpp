#include "rendered.hpp"

#include "loadstar/wire/name.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::answer {
namespace {

void write_rdata(wire::Writer& writer, std::uint16_t type,
                 std::span<const std::uint8_t> rdata) noexcept {
  const zone::CompressibleNames plan = zone::compressible_names(type);
  writer.bytes(rdata.first(plan.skip));
  rdata = rdata.subspan(plan.skip);
  for (std::size_t i = 0; i < plan.names; ++i) {
    const std::size_t length = wire::name_length(rdata);
    writer.name(rdata.first(length));
    rdata = rdata.subspan(length);
  }
  writer.bytes(rdata);
}

}  // namespace

void write_body(wire::Writer& writer, const RecordView& record) noexcept {
  writer.bytes(record.fixed);
  const std::size_t start = writer.size();
  write_rdata(writer, wire::read_u16(record.fixed.data()), record.rdata);
  writer.patch_u16(start - 2, static_cast<std::uint16_t>(writer.size() - start));
}

}  // namespace loadstar::answer
