#include "loadstar/answer/zone_transfer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "loadstar/wire/message.hpp"
#include "loadstar/wire/writer.hpp"

#include "zone_walk.hpp"

namespace loadstar::answer {
namespace {

constexpr std::size_t kMaxMessage = std::numeric_limits<std::uint16_t>::max();
/// A message that has reached this size is sent: compression reaches no further.
constexpr std::size_t kEnough = wire::CompressionTable::kPointerLimit;
/// What a message has besides records: header, OPT, TSIG with its two names, time and MAC.
constexpr std::size_t kMostBesides = wire::kHeaderSize + wire::kOptHeaderSize +
                                     wire::kMaxTsigKeyName + 10 + 16 + 10 + wire::kMaxMac + 12;
static_assert(wire::kMaxNameLength + zone::kMaxRRsetBytes + kMostBesides <= kMaxMessage,
              "every record fits a message, so that none is left out");

}  // namespace

struct ZoneTransfer::Impl {
  Impl(std::shared_ptr<const Snapshot> from, std::uint32_t zone, TransferRequest asked,
       TransferRules::Place taken)
      : snapshot(std::move(from)),
        request(std::move(asked)),
        place(std::move(taken)),
        walk(snapshot->contents(), zone) {}

  std::size_t next(std::span<std::uint8_t> buffer, std::uint64_t now);
  std::uint16_t write_records(wire::Writer& writer);

  std::shared_ptr<const Snapshot> snapshot;
  TransferRequest request;
  TransferRules::Place place;
  ZoneWalk walk;
};

/// Question and OPT stand in the first message only (RFC 5936 2.2).
std::size_t ZoneTransfer::Impl::next(std::span<std::uint8_t> buffer, std::uint64_t now) {
  if (walk.is_at_end()) return 0;
  const auto question = std::exchange(request.question, {});
  const auto opt = std::exchange(request.opt, {});
  const std::size_t signature = request.signer ? request.signer->size() : 0;
  wire::write_bytes(buffer.data() + wire::kHeaderSize, question);
  wire::Writer writer(buffer.first(kMaxMessage - opt.size() - signature),
                      wire::kHeaderSize + question.size());
  if (!question.empty()) writer.remember(wire::kHeaderSize);
  const std::uint16_t records = write_records(writer);

  const std::uint16_t flags = (request.flags & wire::flag::kRecursionDesired) |
                              wire::flag::kResponse | wire::flag::kAuthoritative;
  wire::write_u16(&buffer[0], request.id);
  wire::write_u16(&buffer[2], flags);
  wire::write_u16(&buffer[4], question.empty() ? 0 : 1);
  wire::write_u16(&buffer[6], records);
  wire::write_u16(&buffer[8], 0);
  wire::write_u16(&buffer[10], opt.empty() ? 0 : 1);
  std::size_t size = writer.size();
  size = static_cast<std::size_t>(wire::write_bytes(buffer.data() + size, opt) - buffer.data());
  return request.signer ? request.signer->sign(buffer, size, now) : size;
}

/// As many as make a message; the first that does not fit starts the next one.
std::uint16_t ZoneTransfer::Impl::write_records(wire::Writer& writer) {
  std::uint16_t count = 0;
  for (; !walk.is_at_end() && writer.size() < kEnough; walk.advance()) {
    const auto mark = writer.mark();
    writer.name(walk.owner());
    write_body(writer, walk.record());
    if (!writer.ok()) {
      writer.rewind(mark);
      break;
    }
    ++count;
  }
  return count;
}

ZoneTransfer::ZoneTransfer(std::shared_ptr<const Snapshot> snapshot, std::uint32_t zone,
                           TransferRequest request, TransferRules::Place place)
    : impl_(std::make_unique<Impl>(std::move(snapshot), zone, std::move(request),
                                   std::move(place))) {}
ZoneTransfer::~ZoneTransfer() = default;

std::size_t ZoneTransfer::next(std::span<std::uint8_t> buffer, std::uint64_t now) {
  return impl_->next(buffer, now);
}

}  // namespace loadstar::answer
