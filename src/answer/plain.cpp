#include "plain.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include "loadstar/wire/ecs.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/name.hpp"

#include "cookie.hpp"
#include "limits.hpp"
#include "rate_kind.hpp"
#include "steered.hpp"

namespace loadstar::answer {
namespace {

using wire::kHeaderSize;
using wire::kOptHeaderSize;
using wire::kOptionHeaderSize;

constexpr std::size_t kMaxPlainName = 64;
constexpr std::size_t kMaxSubnetOption = 4 + 4 + 16;
constexpr std::size_t kQuestionTail = 4;  // type and class
constexpr std::size_t kRecordHead = 12;   // a pointer, type, class, TTL, RDLENGTH
// Copies of a fixed size are what a processor does best, so what is short is copied whole, with
// what stands behind it; the buffer has so much room behind the answer.
constexpr std::size_t kShortRecords = zone::Catalog::kReadable;
constexpr std::size_t kSlack = std::max(kShortRecords, kMaxSubnetOption);
// No answer up to the smallest limit is too long for a client, nor for a buffer of this size.
constexpr std::size_t kLeastBuffer = kSmallestUdpLimit + kSlack;

/// What stands at the name of a query.
enum class Found : std::uint8_t { NotPlain, Records, Steered, NoData, NxDomain };

/// A plain query: as read, then with what was found for it.
struct PlainQuery {
  PlainQuery() noexcept {}

  Found found;
  std::uint16_t type;
  std::size_t name_length;
  std::size_t question_end;
  std::size_t opt_size;  // of the answer's OPT record; 0: none
  std::uint16_t payload;
  std::uint16_t edns_flags;
  std::size_t subnet_size;   // of the client subnet option with its header; 0: none
  std::uint8_t source_bits;  // of the client subnet; 0: it says nothing of the client
  union {
    base::Address subnet;  // only with source bits
  };
  const std::uint8_t* cookie;  // of client and server, in the message; null: none
  std::array<std::uint8_t, kMaxSubnetOption> subnet_option;  // may hold what stands behind it, too

  std::uint64_t hash;               // of the name
  const zone::NameRecord* record;   // the name, or its closest encloser
  const zone::RRsetEntry* records;  // what was asked for, where Records were found
  const SteeredName* steered;       // where Steered was found, as are the following
  const base::Address* client;      // that the answer is for (zone format, section 4, step 1)
  const geo::Partition* partition;  // that is searched by steps; null: none
  const std::uint32_t* place;       // where the search has got to
  std::array<std::uint8_t, kMaxPlainName> lowered;
};

/// Flags and counts of a query for one question, and nothing but OPT beside it. AD and CD do not
/// matter; other flags that a query does not have are for the slow path.
bool is_plain_header(const std::uint8_t* message) noexcept {
  static constexpr std::array<std::uint8_t, 8> kMask{0xfe, 0xcf, 0xff, 0xff,
                                                     0xff, 0xff, 0xff, 0xff};
  static constexpr std::array<std::uint8_t, 8> kPlain{0, 0, 0, 1, 0, 0, 0, 0};
  std::uint64_t head = 0;
  std::memcpy(&head, message + 2, sizeof head);
  return (head & std::bit_cast<std::uint64_t>(kMask)) == std::bit_cast<std::uint64_t>(kPlain) &&
         message[10] == 0 && message[11] <= 1;
}

/// Types that are data and are found where their name is.
bool is_plain_type(std::uint16_t type) noexcept {
  return type != 0 && type < wire::type::kNxname && type != wire::type::kOpt &&
         type != wire::type::kDs;
}

bool take_subnet(const std::uint8_t* option, std::size_t size, PlainQuery& query) noexcept {
  const auto keep = [&](const base::Address& address, std::uint16_t, std::uint8_t source_bits) {
    std::construct_at(&query.subnet, address);
    query.source_bits = source_bits;
  };
  if (query.subnet_size != 0 ||
      !wire::read_client_subnet({option + kOptionHeaderSize, size - kOptionHeaderSize}, keep))
    return false;
  query.subnet_size = size;
  query.opt_size += size;
  std::memcpy(query.subnet_option.data(), option, kMaxSubnetOption);
  return true;
}

/// Client subnets and cookies; others, and malformed ones, are for the slow path.
[[gnu::noinline]] bool read_options(const std::uint8_t* options, std::size_t size,
                                    PlainQuery& query) noexcept {
  while (size != 0) {
    if (size < kOptionHeaderSize) return false;
    const std::uint16_t code = wire::read_u16(options);
    const std::size_t length = kOptionHeaderSize + wire::read_u16(options + 2);
    if (length > size) return false;
    if (code == wire::option::kCookie) {
      if (query.cookie != nullptr || length - kOptionHeaderSize != sizeof(Cookie)) return false;
      query.cookie = options + kOptionHeaderSize;
      query.opt_size += length;
    } else if (code != wire::option::kEcs || !take_subnet(options, length, query)) {
      return false;
    }
    options += length;
    size -= length;
  }
  return true;
}

bool read_opt(const std::uint8_t* opt, std::size_t size, PlainQuery& query) noexcept {
  if (size < kOptHeaderSize || opt[0] != 0 || wire::read_u16(opt + 1) != wire::type::kOpt ||
      opt[6] != 0)
    return false;
  query.payload = wire::read_u16(opt + 3);
  query.edns_flags = wire::read_u16(opt + 7);
  const std::size_t length = wire::read_u16(opt + 9);
  if (size != kOptHeaderSize + length) return false;
  query.opt_size = kOptHeaderSize;
  if (length == 0) return true;
  const std::uint8_t* const options = opt + kOptHeaderSize;
  const bool is_subnet_alone = length > kOptionHeaderSize &&
                               wire::read_u16(options) == wire::option::kEcs &&
                               kOptionHeaderSize + wire::read_u16(options + 2) == length;
  return is_subnet_alone ? take_subnet(options, length, query)
                         : read_options(options, length, query);
}

bool read_message(const Exchange& exchange, PlainQuery& query) noexcept {
  const std::uint8_t* const message = exchange.buffer.data();
  if (exchange.query_size < kHeaderSize + kQuestionTail + 1 ||
      exchange.buffer.size() < kLeastBuffer || !is_plain_header(message))
    return false;
  const std::size_t rest = exchange.query_size - kHeaderSize;
  query.name_length = wire::name_length({message + kHeaderSize, rest});
  if (query.name_length == 0 || query.name_length > kMaxPlainName ||
      rest < query.name_length + kQuestionTail)
    return false;
  const std::uint8_t* const tail = message + kHeaderSize + query.name_length;
  query.type = wire::read_u16(tail);
  if (wire::read_u16(tail + 2) != wire::klass::kIn || !is_plain_type(query.type)) return false;
  query.question_end = kHeaderSize + query.name_length + kQuestionTail;
  query.opt_size = 0;
  query.subnet_size = 0;
  query.source_bits = 0;
  query.cookie = nullptr;
  const std::size_t behind = exchange.query_size - query.question_end;
  return message[11] != 0 ? read_opt(tail + kQuestionTail, behind, query) : behind == 0;
}

/// The first step: reads the message, and asks for the memory that looking its name up takes.
bool read(const PlainContext& context, const Exchange& exchange, PlainQuery& query) noexcept {
  if (!read_message(exchange, query)) return false;
  if (query.subnet_size != 0 && !context.options.ecs_from.empty()) return false;
  if (query.cookie != nullptr && context.contents->cookie_secrets.empty()) return false;
  wire::lower_name(exchange.buffer.data() + kHeaderSize, query.name_length, query.lowered.data());
  query.hash = context.contents->catalog->expect(query.lowered.data(), query.name_length);
  return true;
}

Found find_at(const Snapshot::Contents& contents, const zone::NameRecord& record,
              const Exchange& exchange, PlainQuery& query) noexcept {
  query.records = record.find(query.type);
  if (query.records != nullptr) return query.records->plain != 0 ? Found::Records : Found::NotPlain;
  if (const zone::RRsetEntry* const mark = record.steered()) {
    if ((mark->count & zone::steered::kCname) != 0 ||
        (query.type != wire::type::kA && query.type != wire::type::kAaaa))
      return Found::NotPlain;
    query.steered = &contents.steered[mark->offset];
    query.client = query.source_bits != 0 ? &query.subnet : &exchange.client;
    query.partition = query.steered->policy->partition();
    if (query.partition != nullptr) {
      if (!query.client->is_v4() && base::may_carry_v4(*query.client)) [[unlikely]]
        query.partition = nullptr;
      else
        query.place = query.partition->entry(*query.client);
    }
    return Found::Steered;
  }
  return record.find(wire::type::kCname) == nullptr ? Found::NoData : Found::NotPlain;
}

/// The second step: looks the name up, and asks for the memory that placing its client takes.
Found find(const PlainContext& context, const Exchange& exchange, PlainQuery& query) noexcept {
  const std::uint8_t* const name = query.lowered.data();
  if (context.challenges != nullptr &&
      context.challenges->find({name, query.name_length}) != nullptr)
    return Found::NotPlain;
  const zone::Match match = context.contents->catalog->find(name, query.name_length, query.hash);
  query.record = match.record;
  if (match.kind == zone::Match::Kind::Node) [[likely]]
    return find_at(*context.contents, *match.record, exchange, query);
  return match.kind == zone::Match::Kind::NxDomain ? Found::NxDomain : Found::NotPlain;
}

/// The third step: goes down the partition. Short, so that the processor waits for several clients
/// at once.
void place(PlainQuery& query) noexcept {
  if (query.found != Found::Steered || query.partition == nullptr) return;
  query.place = query.partition->leaf(query.place, *query.client);
  __builtin_prefetch(query.place);
}

/// The last step. What cookies need is left out of the code for queries that have none.
template <bool kHasCookie>
class Plain {
 public:
  Plain(const PlainContext& context, const Exchange& exchange, const PlainQuery& query) noexcept
      : context_(context), exchange_(exchange), query_(query) {
    if constexpr (kHasCookie)
      cookie_ = check_cookie(context.contents->cookie_secrets, {query.cookie, sizeof(Cookie)},
                             exchange.client, context.now.unix_seconds);
  }

  Reply answer() noexcept {
    const zone::NameRecord& record = *query_.record;
    switch (query_.found) {
      case Found::Records: return records(record);
      case Found::Steered:
        return query_.type == wire::type::kA ? steered<base::Family::V4>(record, *query_.steered)
                                             : steered<base::Family::V6>(record, *query_.steered);
      case Found::NxDomain: return negative(record, Reason::NxDomain, 0);
      default: return negative(record, Reason::NoData, 0);
    }
  }

 private:
  std::uint8_t* message() const noexcept { return exchange_.buffer.data(); }

  /// The client gets what is sent to its address.
  bool is_proven() const noexcept {
    if constexpr (kHasCookie) return cookie_.valid;
    return false;
  }

  Reply records(const zone::NameRecord& record) noexcept {
    const auto records = record.records(*query_.records);
    return send(record, {Reason::Answered, query_.records->count, 0}, records.size(), 0,
                [&](std::uint8_t* out) {
                  if (records.size() <= kShortRecords) [[likely]]
                    std::memcpy(out, records.data(), kShortRecords);
                  else
                    std::memcpy(out, records.data(), records.size());
                });
  }

  geo::Membership membership(const SteeredName& name) const noexcept {
    if (query_.partition != nullptr) [[likely]]
      return geo::Partition::membership_of(*query_.place);
    return name.policy->membership(*query_.client);
  }

  // What is not inlined works with a copy, so that the original need not be in memory.

  template <base::Family kFamily>
  Reply steered(const zone::NameRecord& record, const SteeredName& name) noexcept {
    const geo::Membership member = membership(name);
    const std::uint32_t first = name.policy->first_choice(member, context_.pools);
    if (first != steer::Plan::kNone) [[likely]] {
      const steer::PoolView& view = *context_.pools[first];
      const std::uint16_t one =
          view.pick_one(kFamily, steer::PickFrom::Live, context_.chance.random());
      if (one != steer::PoolView::kAskMore) [[likely]]
        return addresses<kFamily>(record, name, view, {&one, 1}, member.scope_bits);
      return Plain(*this).pick<kFamily>(record, name,
                                        {.outcome = steer::Outcome::Pool,
                                         .from = steer::PickFrom::Live,
                                         .pool = first,
                                         .scope_bits = member.scope_bits,
                                         .hash_bits = 0});
    }
    return Plain(*this).choose<kFamily>(record, name, member);
  }

  /// Where the pool is drawn, counted or hashed, or the first one is not usable.
  template <base::Family kFamily>
  [[gnu::noinline]] Reply choose(const zone::NameRecord& record, const SteeredName& name,
                                 const geo::Membership& member) noexcept {
    const steer::Selection chosen = name.policy->choose_among(
        member, client(), context_.pools, context_.chance.for_type(query_.type));
    if (chosen.outcome == steer::Outcome::NoData)
      return negative(record, Reason::NoData, chosen.scope_bits);
    if (chosen.outcome != steer::Outcome::Pool) return kNotPlain;
    return pick<kFamily>(record, name, chosen);
  }

  template <base::Family kFamily>
  [[gnu::noinline]] Reply pick(const zone::NameRecord& record, const SteeredName& name,
                               const steer::Selection& chosen) noexcept {
    const steer::PoolView& view = *context_.pools[chosen.pool];
    if (view.is_cname()) return kNotPlain;
    if (!view.has(kFamily)) return negative(record, Reason::NoData, chosen.scope_bits);
    std::array<std::uint16_t, kMaxPicks> picked;
    const std::size_t count = view.pick(kFamily, chosen.from, client(), chosen.hash_bits,
                                        chosen.pool, context_.chance.for_type(query_.type), picked);
    return addresses<kFamily>(record, name, view, {picked.data(), count}, chosen.scope_bits);
  }

  steer::Client client() const noexcept {
    if (query_.source_bits != 0) return {query_.subnet, query_.source_bits};
    return {exchange_.client, base::bits_of(exchange_.client.family())};
  }

  template <base::Family kFamily>
  Reply addresses(const zone::NameRecord& record, const SteeredName& name,
                  const steer::PoolView& view, std::span<const std::uint16_t> endpoints,
                  std::uint8_t scope_bits) noexcept {
    constexpr std::size_t kAddress = base::bits_of(kFamily) / 8U;
    constexpr std::size_t kRecord = kRecordHead + kAddress;
    const std::uint32_t ttl = ttl_of(name, view);
    const Head head{Reason::Answered, static_cast<std::uint16_t>(endpoints.size()), 0};
    return send(record, head, endpoints.size() * kRecord, scope_bits, [&](std::uint8_t* out) {
      for (const std::uint16_t endpoint : endpoints) {
        wire::write_u16(out, 0xc000 | kHeaderSize);
        wire::write_u16(out + 2, kFamily == base::Family::V4 ? wire::type::kA : wire::type::kAaaa);
        wire::write_u16(out + 4, wire::klass::kIn);
        wire::write_u32(out + 6, ttl);
        wire::write_u16(out + 10, kAddress);
        std::memcpy(out + kRecordHead, address_of(view, kFamily, endpoint).data(), kAddress);
        out += kRecord;
      }
    });
  }

  /// `record` is of the zone that has not got what was asked for.
  Reply negative(const zone::NameRecord& record, Reason reason, std::uint8_t scope_bits) noexcept {
    const zone::ZoneInfo& zone = context_.contents->catalog->zone(record.zone());
    const auto soa = std::span(zone.negative_soa);
    const std::size_t origin = kHeaderSize + query_.name_length - zone.origin.length();
    return send(record, {reason, 0, 1}, 2 + soa.size(), scope_bits, [&](std::uint8_t* out) {
      wire::write_u16(out, static_cast<std::uint16_t>(0xc000 | origin));
      std::memcpy(out + 2, soa.data(), soa.size());
    });
  }

  /// What the header says of an answer.
  struct Head {
    Reason reason;
    std::uint16_t answers;
    std::uint16_t authorities;
  };

  /// Writes the answer, or that it does not fit.
  template <class Write>
  Reply send(const zone::NameRecord& matched, Head head, std::size_t size, std::uint8_t scope_bits,
             Write&& write) noexcept {
    const std::size_t end = query_.question_end + size + query_.opt_size;
    if (end > kSmallestUdpLimit && end + kSlack > exchange_.buffer.size()) [[unlikely]]
      return kNotPlain;
    if (!may_go(matched, head.reason)) [[unlikely]]
      return kNotPlain;
    if (end > kSmallestUdpLimit && end > limit()) [[unlikely]]
      return finish({Reason::Truncated, 0, 0}, query_.question_end, scope_bits);
    write(message() + query_.question_end);
    return finish(head, query_.question_end + size, scope_bits);
  }

  bool may_go(const zone::NameRecord& matched, Reason reason) const noexcept {
    RateLimiter* const limiter = context_.options.limiter.get();
    return limiter == nullptr || is_proven() || exchange_.transport != Transport::Udp ||
           limiter->allow(exchange_.client, rate_kind(&matched, reason), context_.now.microseconds);
  }

  std::size_t limit() const noexcept {
    if (exchange_.transport != Transport::Udp) return stream_limit(exchange_);
    if (query_.opt_size == 0) return kSmallestUdpLimit;
    return datagram_limit(query_.payload,
                          is_proven() ? kMaxUdpAnswer : context_.options.max_unproven_answer);
  }

  Reply finish(Head head, std::size_t opt_at, std::uint8_t scope_bits) noexcept {
    constexpr std::uint8_t kResponse = 0x84;  // QR, AA
    constexpr std::uint8_t kTruncated = 0x02;
    constexpr std::uint8_t kRecursionDesired = 0x01;
    std::uint8_t* const out = message();
    out[2] = static_cast<std::uint8_t>(kResponse | (out[2] & kRecursionDesired));
    if (head.reason == Reason::Truncated) out[2] |= kTruncated;
    out[3] = head.reason == Reason::NxDomain ? static_cast<std::uint8_t>(wire::Rcode::NxDomain) : 0;
    wire::write_u16(out + 6, head.answers);
    wire::write_u16(out + 8, head.authorities);
    if (query_.opt_size != 0) write_opt(out + opt_at, scope_bits);
    return {opt_at + query_.opt_size, head.reason};
  }

  /// The client subnet goes back as it came, with the scope (RFC 7871 7.2.1).
  void write_opt(std::uint8_t* out, std::uint8_t scope_bits) noexcept {
    constexpr std::size_t kScopeAt = 7;
    out[0] = 0;
    wire::write_u16(out + 1, wire::type::kOpt);
    wire::write_u16(out + 3, kMaxUdpAnswer);
    wire::write_u16(out + 5, 0);
    wire::write_u16(out + 7, query_.edns_flags & wire::kDnssecOk);
    wire::write_u16(out + 9, static_cast<std::uint16_t>(query_.opt_size - kOptHeaderSize));
    out += kOptHeaderSize;
    if (query_.subnet_size != 0) {
      std::memcpy(out, query_.subnet_option.data(), kMaxSubnetOption);
      if (query_.source_bits != 0) out[kScopeAt] = scope_bits;
      out += query_.subnet_size;
    }
    if constexpr (kHasCookie) {
      wire::write_u16(out, wire::option::kCookie);
      wire::write_u16(out + 2, sizeof(Cookie));
      std::memcpy(out + kOptionHeaderSize, cookie_.reply.data(), sizeof(Cookie));
    }
  }

  const PlainContext& context_;
  const Exchange& exchange_;
  const PlainQuery& query_;
  CookieCheck cookie_;
};

Reply answer(const PlainContext& context, const Exchange& exchange,
             const PlainQuery& query) noexcept {
  if (query.found == Found::NotPlain) return kNotPlain;
  if (query.cookie == nullptr) return Plain<false>(context, exchange, query).answer();
  return Plain<true>(context, exchange, query).answer();
}

}  // namespace

// All steps become part of these two, but for what is rare and says noinline.

[[gnu::flatten]] Reply answer_plain(const PlainContext& context,
                                    const Exchange& exchange) noexcept {
  PlainQuery query;
  if (context.contents == nullptr || !read(context, exchange, query)) return kNotPlain;
  query.found = find(context, exchange, query);
  place(query);
  return answer(context, exchange, query);
}

[[gnu::flatten]] void answer_plain(const PlainContext& context, std::span<const Exchange> exchanges,
                                   Reply* replies) noexcept {
  std::array<PlainQuery, kMostAtOnce> queries;
  const std::size_t count = context.contents == nullptr ? 0 : exchanges.size();
  // As yet `found` says only whether the query is plain.
  for (std::size_t i = 0; i < count; ++i)
    queries[i].found = read(context, exchanges[i], queries[i]) ? Found::Records : Found::NotPlain;
  for (std::size_t i = 0; i < count; ++i)
    if (queries[i].found != Found::NotPlain)
      queries[i].found = find(context, exchanges[i], queries[i]);
  for (std::size_t i = 0; i < count; ++i) place(queries[i]);
  for (std::size_t i = 0; i < count; ++i) replies[i] = answer(context, exchanges[i], queries[i]);
  std::fill(replies + count, replies + exchanges.size(), kNotPlain);
}

}  // namespace loadstar::answer
