// Our reader and writer against those of ldns: what both can read says the same to both, and ldns
// reads what we write.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "loadstar/wire/message.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/writer.hpp"

// Last: it makes macros of bool, true and false.
#include <ldns/ldns.h>

namespace {

using namespace loadstar::wire;
using Bytes = std::span<const std::uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

struct FreePacket {
  void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

/// Null when ldns does not take it for a message.
Packet read_with_ldns(Bytes message) {
  ldns_pkt* packet = nullptr;
  const ldns_status status = ldns_wire2pkt(&packet, message.data(), message.size());
  Packet owned(packet);
  return status == LDNS_STATUS_OK ? std::move(owned) : nullptr;
}

Bytes bytes_of(const ldns_rdf* field) {
  if (field == nullptr) return {};
  return {ldns_rdf_data(field), ldns_rdf_size(field)};
}

bool equal_names(Bytes a, Bytes b) { return std::ranges::equal(a, b, {}, lower_byte, lower_byte); }

// ---- the reader

/// ldns looks into every record, where we step over all but OPT. It takes some to be as long as
/// their type is (an A record of 52 bytes for 4), and then reads something else behind them.
bool holds_opt_alone(Bytes message, const Query& query) {
  const bool others = read_u32(&message[6]) != 0;
  return !others && read_u16(&message[10]) == (query.edns.present ? 1 : 0);
}

void compare_edns(const Edns& ours, const ldns_pkt& theirs) {
  require(ours.present == static_cast<bool>(ldns_pkt_edns(&theirs)));
  if (!ours.present) return;
  require(ours.payload_size == ldns_pkt_edns_udp_size(&theirs));
  require(ours.version == ldns_pkt_edns_version(&theirs));
  require(((ours.flags & kDnssecOk) != 0) == static_cast<bool>(ldns_pkt_edns_do(&theirs)));
  if (ours.version != 0) return;
  Edns again;
  require(read_options(bytes_of(ldns_pkt_edns_data(&theirs)), again));
  require(again.asked == ours.asked && again.subnet == ours.subnet);
  require(std::ranges::equal(again.cookie, ours.cookie));
}

void compare_question(Bytes message, const Query& ours, const ldns_pkt& theirs) {
  const ldns_rr_list* const questions = ldns_pkt_question(&theirs);
  require(ldns_rr_list_rr_count(questions) == 1);
  const ldns_rr* const question = ldns_rr_list_rr(questions, 0);
  const auto name = message.subspan(kHeaderSize, ours.name_length);
  require(std::ranges::equal(bytes_of(ldns_rr_owner(question)), name));
  require(ldns_rr_get_type(question) == ours.type);
  require(ldns_rr_get_class(question) == ours.klass);
}

void compare_reading(Bytes message) {
  Query query;
  if (!read_query(message, query)) return;
  const Packet packet = read_with_ldns(message);
  const bool must_agree = holds_opt_alone(message, query);
  require(packet != nullptr || !must_agree);
  if (packet == nullptr) return;
  require(ldns_pkt_id(packet.get()) == query.id);
  require(ldns_pkt_get_opcode(packet.get()) == LDNS_PACKET_QUERY);
  require(static_cast<bool>(ldns_pkt_rd(packet.get())) ==
          ((query.flags & flag::kRecursionDesired) != 0));
  compare_question(message, query, *packet);
  if (must_agree) compare_edns(query.edns, *packet);
}

// ---- the writer

constexpr std::size_t kMostNames = 60;

/// The input as names, one behind the other.
std::vector<Bytes> names_in(Bytes data) {
  std::vector<Bytes> names;
  while (names.size() < kMostNames) {
    const std::size_t length = name_length(data);
    if (length == 0) break;
    names.push_back(data.first(length));
    data = data.subspan(length);
  }
  return names;
}

/// NS records from each name to the next one, in the answer section of a message without a
/// question.
std::vector<std::uint8_t> write_records(const std::vector<Bytes>& names) {
  std::vector<std::uint8_t> buffer(kHeaderSize + names.size() * (2 * kMaxNameLength + 10));
  write_u16(&buffer[2], flag::kResponse);
  write_u16(&buffer[6], static_cast<std::uint16_t>(names.size()));
  Writer writer(buffer, kHeaderSize);
  for (std::size_t i = 0; i < names.size(); ++i) {
    writer.name(names[i]);
    writer.u16(type::kNs);
    writer.u16(klass::kIn);
    writer.u32(0);
    writer.u16(0);
    const std::size_t start = writer.size();
    writer.name(names[(i + 1) % names.size()]);
    writer.patch_u16(start - 2, static_cast<std::uint16_t>(writer.size() - start));
  }
  require(writer.ok());
  buffer.resize(writer.size());
  return buffer;
}

void compare_writing(const std::vector<Bytes>& names) {
  if (names.empty()) return;
  const Packet packet = read_with_ldns(write_records(names));
  require(packet != nullptr);
  const ldns_rr_list* const records = ldns_pkt_answer(packet.get());
  require(ldns_rr_list_rr_count(records) == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ldns_rr* const record = ldns_rr_list_rr(records, i);
    require(equal_names(bytes_of(ldns_rr_owner(record)), names[i]));
    require(equal_names(bytes_of(ldns_rr_rdf(record, 0)), names[(i + 1) % names.size()]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  compare_reading(input);
  compare_writing(names_in(input));
  return 0;
}
