#include "loadstar/answer/responder.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include "loadstar/wire/ecs.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/name.hpp"

#include "chaos.hpp"
#include "composer.hpp"
#include "contents.hpp"
#include "draft.hpp"
#include "opt.hpp"

namespace loadstar::answer {
namespace {

constexpr std::size_t kSmallestUdpLimit = 512;  // RFC 1035 4.2.1, RFC 6891 6.2.5
constexpr std::size_t kMaxTcpAnswer = 65'535;

std::size_t answer_limit(const Exchange& exchange, const wire::Edns& edns) noexcept {
  if (exchange.transport != Transport::Udp) return std::min(kMaxTcpAnswer, exchange.buffer.size());
  if (!edns.present) return kSmallestUdpLimit;
  return std::clamp<std::size_t>(edns.payload_size, kSmallestUdpLimit, kMaxUdpAnswer);
}

/// The client that the answer is for (zone format, section 4, step 1). Source 0 asks for no
/// tailoring by subnet (RFC 7871 7.1.2).
steer::Client client_of(const Exchange& exchange, const wire::Edns& edns) noexcept {
  if (edns.ecs_present && edns.subnet.source_bits != 0)
    return {edns.subnet.address, edns.subnet.source_bits};
  return {exchange.client, base::bits_of(exchange.client.family())};
}

/// What a question's type and class make of it before any name is looked up.
enum class Kind : std::uint8_t { Lookup, Chaos, FormErr, NotImp, Refused };

Kind kind_of(const wire::Query& query) noexcept {
  if (query.klass == wire::klass::kIn && query.type != 0 && query.type < wire::type::kNxname &&
      query.type != wire::type::kOpt)
    return Kind::Lookup;
  switch (query.type) {
    case 0:
    case wire::type::kOpt:
    case wire::type::kNxname:  // RFC 9824 3.5
    case wire::type::kTkey:
    case wire::type::kTsig: return Kind::FormErr;
    case wire::type::kMaila:
    case wire::type::kMailb: return Kind::NotImp;
    case wire::type::kAxfr:
    case wire::type::kIxfr: return Kind::Refused;
    default: break;
  }
  if (query.klass == wire::klass::kChaos) return Kind::Chaos;
  return query.klass == wire::klass::kIn ? Kind::Lookup : Kind::Refused;
}

}  // namespace

struct Responder::Impl {
  Impl(const StateBoard& state_board, ResponderOptions responder_options, std::uint64_t seed)
      : board(state_board),
        options(std::move(responder_options)),
        chance(seed, options.draws ? options.draws : std::make_shared<steer::Draws>()) {}

  void take_up(std::shared_ptr<const State> next);
  Reply answer(const Exchange& exchange, const wire::Query& query) noexcept;
  void fill(const Exchange& exchange, const wire::Query& query, Draft& draft) noexcept;
  void look_up(const Exchange& exchange, const wire::Query& query, Draft& draft) noexcept;
  Reply reject(const Exchange& exchange, const wire::Query& query, wire::QueryError error) noexcept;
  Reply finish(const Exchange& exchange, const wire::Query& query, const Draft& draft) noexcept;
  Reply count(Reply reply) noexcept;

  const StateBoard& board;
  ResponderOptions options;
  std::uint64_t generation = std::numeric_limits<std::uint64_t>::max();
  std::shared_ptr<const State> state;
  const Snapshot::Contents* contents = nullptr;
  Chance chance;
  std::array<std::atomic<std::uint64_t>, kReasons> counts{};
};

Responder::Responder(const StateBoard& board, ResponderOptions options, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(board, std::move(options), seed)) {}
Responder::~Responder() = default;

void Responder::refresh() {
  const std::uint64_t generation = impl_->board.generation();
  if (generation == impl_->generation) return;
  impl_->generation = generation;
  impl_->take_up(impl_->board.load());
}

void Responder::Impl::take_up(std::shared_ptr<const State> next) {
  state = std::move(next);
  if (state == nullptr) return;
  contents = &state->snapshot->contents();
  chance.resize(state->pools.size(), contents->policy_count);
}

Reply Responder::respond(const Exchange& exchange) noexcept {
  wire::Query query;
  const auto read = wire::read_query(exchange.buffer.first(exchange.query_size), query);
  if (!read) return impl_->count(impl_->reject(exchange, query, read.error()));
  return impl_->count(impl_->answer(exchange, query));
}

std::array<std::uint64_t, kReasons> Responder::counts() const noexcept {
  std::array<std::uint64_t, kReasons> copy{};
  std::ranges::transform(impl_->counts, copy.begin(),
                         [](const auto& one) { return one.load(std::memory_order_relaxed); });
  return copy;
}

/// Only this worker writes, so that a load and a store are enough.
Reply Responder::Impl::count(Reply reply) noexcept {
  auto& one = counts[static_cast<std::size_t>(reply.reason)];
  one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return reply;
}

Reply Responder::Impl::answer(const Exchange& exchange, const wire::Query& query) noexcept {
  const std::size_t room = opt_size(query.edns, options.identity);
  const std::size_t limit = answer_limit(exchange, query.edns) - room;
  Draft draft{wire::Writer(exchange.buffer.first(limit), query.question_end)};
  fill(exchange, query, draft);
  return finish(exchange, query, draft);
}

void Responder::Impl::fill(const Exchange& exchange, const wire::Query& query,
                           Draft& draft) noexcept {
  if (query.edns.version != 0) return draft.fail(wire::Rcode::BadVers, Reason::BadVers);
  switch (kind_of(query)) {
    case Kind::Lookup: return look_up(exchange, query, draft);
    case Kind::Chaos: return answer_chaos(exchange.buffer, query, options.identity, draft);
    case Kind::FormErr: return draft.fail(wire::Rcode::FormErr, Reason::FormErr);
    case Kind::NotImp: return draft.fail(wire::Rcode::NotImp, Reason::NotImp);
    case Kind::Refused: return draft.fail(wire::Rcode::Refused, Reason::Refused);
  }
}

void Responder::Impl::look_up(const Exchange& exchange, const wire::Query& query,
                              Draft& draft) noexcept {
  if (contents == nullptr) return draft.fail(wire::Rcode::ServFail, Reason::ServFail);
  const std::uint8_t* const question = exchange.buffer.data() + wire::kHeaderSize;
  std::array<std::uint8_t, wire::kLoweredRoom> lowered;
  wire::lower_name(question, query.name_length, lowered.data());
  const steer::Client client = client_of(exchange, query.edns);
  Composer(*contents, state->pools, chance, client, draft)
      .compose(query.type, question, lowered.data(), query.name_length);
}

/// A query that cannot be answered as one: dropped, or told so in no more bytes than it had (with
/// OPT when it had OPT).
Reply Responder::Impl::reject(const Exchange& exchange, const wire::Query& query,
                              wire::QueryError error) noexcept {
  if (error == wire::QueryError::Short) return {0, Reason::DroppedShort};
  if (error == wire::QueryError::Response) return {0, Reason::DroppedResponse};
  wire::Query echo = query;
  if (error != wire::QueryError::FormErrQuestion) echo.question_end = wire::kHeaderSize;
  Draft draft{wire::Writer(exchange.buffer, echo.question_end)};
  if (error == wire::QueryError::NotQuery)
    draft.fail(wire::Rcode::NotImp, Reason::NotImp);
  else
    draft.fail(wire::Rcode::FormErr, Reason::FormErr);
  // What was malformed may have been the subnet or the identity request: neither is answered.
  echo.edns.ecs_present = false;
  echo.edns.nsid_requested = false;
  return finish(exchange, echo, draft);
}

/// Header and OPT, when everything between them is known.
Reply Responder::Impl::finish(const Exchange& exchange, const wire::Query& query,
                              const Draft& draft) noexcept {
  constexpr std::uint16_t kKept = wire::flag::kOpcodeMask | wire::flag::kRecursionDesired;
  const auto rcode = static_cast<std::uint16_t>(draft.rcode);
  std::uint16_t flags = static_cast<std::uint16_t>(query.flags & kKept) | wire::flag::kResponse;
  if (draft.authoritative) flags |= wire::flag::kAuthoritative;
  if (draft.truncated) flags |= wire::flag::kTruncated;
  flags |= rcode & 0xf;

  std::uint8_t* const message = exchange.buffer.data();
  const bool has_question = query.question_end > wire::kHeaderSize;
  wire::write_u16(message + 2, flags);
  wire::write_u16(message + 4, has_question ? 1 : 0);
  wire::write_u16(message + 6, draft.counts[0]);
  wire::write_u16(message + 8, draft.counts[1]);
  wire::write_u16(message + 10, static_cast<std::uint16_t>(draft.counts[2] + query.edns.present));
  std::size_t size = draft.writer.size();
  if (query.edns.present)
    size += write_opt(query.edns, options.identity, rcode, draft.scope_bits, message + size);
  return {size, draft.reason};
}

}  // namespace loadstar::answer
