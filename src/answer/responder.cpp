#include "loadstar/answer/responder.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

#include "loadstar/wire/ecs.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/name.hpp"

#include "chaos.hpp"
#include "composer.hpp"
#include "contents.hpp"
#include "draft.hpp"
#include "limits.hpp"
#include "opt.hpp"
#include "plain.hpp"
#include "rate_kind.hpp"
#include "signature.hpp"
#include "transfer_query.hpp"

namespace loadstar::answer {
namespace {

constexpr std::size_t kPaddingBlock = 468;  // RFC 8467 4.1

/// The client that the answer is for (zone format, section 4, step 1). Source 0 asks for no
/// tailoring by subnet (RFC 7871 7.1.2).
steer::Client client_of(const Exchange& exchange, const wire::Edns& edns) noexcept {
  if (edns.asks(wire::Ask::ClientSubnet) && edns.subnet.source_bits != 0)
    return {edns.subnet.address, edns.subnet.source_bits};
  return {exchange.client, base::bits_of(exchange.client.family())};
}

/// What a question's type and class make of it before any name is looked up.
enum class Kind : std::uint8_t { Lookup, Chaos, Transfer, FormErr, NotImp, Refused };

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
    default: break;
  }
  const bool wants_zone = query.type == wire::type::kAxfr || query.type == wire::type::kIxfr;
  if (wants_zone) return query.klass == wire::klass::kIn ? Kind::Transfer : Kind::Refused;
  if (query.klass == wire::klass::kChaos) return Kind::Chaos;
  return query.klass == wire::klass::kIn ? Kind::Lookup : Kind::Refused;
}

}  // namespace

struct Responder::Impl {
  /// A query on its way, and what is known of it.
  struct Task {
    const Exchange& exchange;
    const wire::Query& query;
    OptOptions options{};
    CookieCheck cookie{};
    bool proven = false;                   // the client gets what is sent to its address
    const Signature* signature = nullptr;  // that the answer will have, too

    [[nodiscard]] std::size_t signature_room() const noexcept {
      return signature == nullptr ? 0 : signature->size();
    }
  };

  Impl(const StateBoard& state_board, ResponderOptions responder_options, std::uint64_t seed)
      : board(state_board),
        options(std::move(responder_options)),
        chance(seed, options.draws ? options.draws : std::make_shared<steer::Draws>()) {}

  void take_up(std::shared_ptr<const State> next);
  Reply respond(const Exchange& exchange) noexcept;
  Reply answer_signed(const Exchange& exchange, wire::Query& query) noexcept;
  Reply answer(const Exchange& exchange, wire::Query& query, const Signature* signature) noexcept;
  void admit(wire::Edns& edns, Task& task) const noexcept;
  [[nodiscard]] std::size_t answer_limit(const Task& task) const noexcept;
  void fill(const Task& task, Draft& draft) noexcept;
  void look_up(const Task& task, Draft& draft) noexcept;
  void transfer(const Task& task, Draft& draft) noexcept;
  void begin_transfer(const Task& task, std::uint32_t zone, Draft& draft);
  [[nodiscard]] std::optional<Reply> limit_rate(Task& task, const Draft& draft) noexcept;
  Reply reject(const Exchange& exchange, const wire::Query& query, wire::QueryError error) noexcept;
  Reply fail(const Exchange& exchange, wire::Query echo, wire::Rcode rcode, Reason reason) noexcept;
  Reply finish(Task& task, const Draft& draft) const noexcept;
  Reply count(Reply reply) noexcept;

  const StateBoard& board;
  ResponderOptions options;
  std::uint64_t generation = std::numeric_limits<std::uint64_t>::max();
  std::shared_ptr<const State> state;
  const Snapshot::Contents* contents = nullptr;
  Moment now;
  std::uint32_t limited = 0;
  Chance chance;
  std::unique_ptr<ZoneTransfer> begun;
  PlainContext plain{nullptr, {}, nullptr, chance, options, now};
  std::array<std::atomic<std::uint64_t>, kReasons> counts{};
};

Responder::Responder(const StateBoard& board, ResponderOptions options, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(board, std::move(options), seed)) {}
Responder::~Responder() = default;

void Responder::refresh(const Moment& now) {
  impl_->now = now;
  const std::uint64_t generation = impl_->board.generation();
  if (generation == impl_->generation) return;
  impl_->generation = generation;
  impl_->take_up(impl_->board.load());
}

void Responder::Impl::take_up(std::shared_ptr<const State> next) {
  state = std::move(next);
  if (state == nullptr) return;
  contents = &state->snapshot->contents();
  plain.contents = contents;
  plain.pools = state->pools.live();
  plain.challenges = state->challenges.get();
  chance.resize(state->pools.size(), contents->policy_count);
}

std::size_t Responder::respond(std::span<const Exchange> exchanges, Reply* replies) noexcept {
  answer_plain(impl_->plain, exchanges, replies);
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    if (replies[i] != kNotPlain) [[likely]] {
      impl_->count(replies[i]);
      continue;
    }
    replies[i] = impl_->respond(exchanges[i]);
    if (replies[i].reason == Reason::Transfer) return i + 1;
  }
  return exchanges.size();
}

Reply Responder::respond(const Exchange& exchange) noexcept {
  const Reply plain = answer_plain(impl_->plain, exchange);
  if (plain != kNotPlain) [[likely]]
    return impl_->count(plain);
  return impl_->respond(exchange);
}

Reply Responder::Impl::respond(const Exchange& exchange) noexcept {
  wire::Query query;
  const auto read = wire::read_query(exchange.buffer.first(exchange.query_size), query);
  if (!read) return count(reject(exchange, query, read.error()));
  if (query.tsig_offset != 0) return count(answer_signed(exchange, query));
  return count(answer(exchange, query, nullptr));
}

std::unique_ptr<ZoneTransfer> Responder::take_transfer() noexcept {
  return std::move(impl_->begun);
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

/// RFC 8945 5.2: what is not right is told, signed or not, and nothing else is.
Reply Responder::Impl::answer_signed(const Exchange& exchange, wire::Query& query) noexcept {
  const auto keys =
      options.transfers ? options.transfers->keys() : std::span<const wire::TsigKey>{};
  const auto message = exchange.buffer.first(exchange.query_size);
  auto signature = Signature::check(message, query, keys, now.unix_seconds);
  if (!signature) return reject(exchange, query, wire::QueryError::FormErrQuestion);
  const Reply reply = signature->is_good()
                          ? answer(exchange, query, &*signature)
                          : fail(exchange, query, wire::Rcode::NotAuth, Reason::NotAuth);
  if (reply.size == 0 || reply.reason == Reason::Transfer) return reply;
  return {signature->append(exchange.buffer, reply.size, now.unix_seconds), reply.reason};
}

Reply Responder::Impl::answer(const Exchange& exchange, wire::Query& query,
                              const Signature* signature) noexcept {
  Task task{exchange, query};
  task.signature = signature;
  if (query.edns.present) admit(query.edns, task);
  const std::size_t limit = answer_limit(task);
  std::size_t room = opt_room(query.edns, task.options);
  if (query.question_end + room > limit) {  // nothing else is long
    task.options.identity = {};
    room = opt_room(query.edns, task.options);
  }
  room += task.signature_room();
  const std::size_t end = std::max(limit, query.question_end + room) - room;
  Draft draft{wire::Writer(exchange.buffer.first(end), query.question_end)};
  fill(task, draft);
  if (options.limiter != nullptr) {
    if (const auto limited_reply = limit_rate(task, draft)) return *limited_reply;
  }
  return finish(task, draft);
}

/// What the transport and the options of the query allow.
void Responder::Impl::admit(wire::Edns& edns, Task& task) const noexcept {
  const Transport transport = task.exchange.transport;
  task.proven = transport != Transport::Udp;
  task.options.explains = task.proven;
  if (edns.asked == 0) return;
  task.options.identity = options.identity;
  if (task.proven) task.options.keepalive = options.tcp_idle;
  if (transport == Transport::Tls && edns.asks(wire::Ask::Padding))
    task.options.padding = kPaddingBlock;
  if (edns.asks(wire::Ask::Cookie) && contents != nullptr && !contents->cookie_secrets.empty()) {
    task.cookie =
        check_cookie(contents->cookie_secrets, edns.cookie, task.exchange.client, now.unix_seconds);
    task.options.cookie = &task.cookie.reply;
    task.proven = task.proven || task.cookie.valid;
    task.options.explains = task.proven;
  }
  const auto counts_for = [&](const base::Prefix& one) {
    return one.contains(task.exchange.client);
  };
  if (!options.ecs_from.empty() && std::ranges::none_of(options.ecs_from, counts_for))
    edns.ignore(wire::Ask::ClientSubnet);
}

std::size_t Responder::Impl::answer_limit(const Task& task) const noexcept {
  if (task.exchange.transport != Transport::Udp) return stream_limit(task.exchange);
  if (!task.query.edns.present) return kSmallestUdpLimit;
  return datagram_limit(task.query.edns.payload_size,
                        task.proven ? kMaxUdpAnswer : options.max_unproven_answer);
}

void Responder::Impl::fill(const Task& task, Draft& draft) noexcept {
  const wire::Query& query = task.query;
  if (query.edns.version != 0) return draft.fail(wire::Rcode::BadVers, Reason::BadVers);
  switch (kind_of(query)) {
    case Kind::Lookup: return look_up(task, draft);
    case Kind::Chaos: return answer_chaos(task.exchange.buffer, query, options.identity, draft);
    case Kind::Transfer: return transfer(task, draft);
    case Kind::FormErr:
      return draft.fail(wire::Rcode::FormErr, Reason::FormErr, Ede::InvalidQueryType);
    case Kind::NotImp: return draft.fail(wire::Rcode::NotImp, Reason::NotImp);
    case Kind::Refused: return draft.fail(wire::Rcode::Refused, Reason::Refused);
  }
}

void Responder::Impl::look_up(const Task& task, Draft& draft) noexcept {
  const wire::Query& query = task.query;
  if (contents == nullptr)
    return draft.fail(wire::Rcode::ServFail, Reason::ServFail, Ede::NotReady);
  const std::uint8_t* const question = task.exchange.buffer.data() + wire::kHeaderSize;
  std::array<std::uint8_t, wire::kLoweredRoom> lowered;
  wire::lower_name(question, query.name_length, lowered.data());
  const steer::Client client = client_of(task.exchange, query.edns);
  Composer(*contents, state->pools.live(), state->challenges.get(), chance, client, draft)
      .compose(query.type, question, lowered.data(), query.name_length);
}

void Responder::Impl::transfer(const Task& task, Draft& draft) noexcept {
  if (contents == nullptr)
    return draft.fail(wire::Rcode::ServFail, Reason::ServFail, Ede::NotReady);
  if (options.transfers == nullptr) return draft.fail(wire::Rcode::Refused, Reason::Refused);
  const wire::TsigKey* const key = task.signature == nullptr ? nullptr : task.signature->key();
  const auto zone =
      zone_to_send({task.exchange, task.query, key}, *contents, *options.transfers, draft);
  if (!zone) return;
  try {
    begin_transfer(task, *zone, draft);
  } catch (const std::bad_alloc&) {
    draft.fail(wire::Rcode::ServFail, Reason::ServFail);
  }
}

void Responder::Impl::begin_transfer(const Task& task, std::uint32_t zone, Draft& draft) {
  auto place = options.transfers->take_place();
  if (place == nullptr) return draft.fail(wire::Rcode::ServFail, Reason::ServFail);
  const wire::Query& query = task.query;
  const auto question = task.exchange.buffer.first(query.question_end).subspan(wire::kHeaderSize);
  TransferRequest request{.id = query.id,
                          .flags = query.flags,
                          .question{question.begin(), question.end()},
                          .opt{},
                          .signer{}};
  if (query.edns.present) {
    wire::Edns bare = query.edns;
    bare.asked = 0;
    request.opt.resize(wire::kOptHeaderSize);
    request.opt.resize(write_opt(bare, {}, draft, request.opt, 0));
  }
  if (task.signature != nullptr) request.signer = task.signature->signer();
  begun =
      std::make_unique<ZoneTransfer>(state->snapshot, zone, std::move(request), std::move(place));
  draft.reason = Reason::Transfer;
}

/// What a client over its limit gets instead: nothing, or now and then TC=1, so that a client that
/// is not an attacker's victim comes over TCP. No more bytes than it sent.
std::optional<Reply> Responder::Impl::limit_rate(Task& task, const Draft& draft) noexcept {
  if (task.proven || task.exchange.transport != Transport::Udp) return std::nullopt;
  const std::uint64_t kind = rate_kind(draft.matched, draft.reason);
  if (options.limiter->allow(task.exchange.client, kind, now.microseconds)) return std::nullopt;
  const std::uint32_t slip = options.limiter->slip();
  const bool has_answer =
      draft.rcode == wire::Rcode::NoError || draft.rcode == wire::Rcode::NxDomain;
  if (slip == 0 || !has_answer || ++limited % slip != 0)
    return Reply{0, Reason::DroppedRateLimited};
  Draft slipped{wire::Writer(task.exchange.buffer, task.query.question_end)};
  slipped.truncated = true;
  slipped.reason = Reason::RateLimited;
  wire::Query bare = task.query;
  bare.edns.asked = 0;
  Task told{task.exchange, bare};
  return finish(told, slipped);
}

/// A query that cannot be answered as one: dropped, or told so in no more bytes than it had (with
/// OPT when it had OPT).
Reply Responder::Impl::reject(const Exchange& exchange, const wire::Query& query,
                              wire::QueryError error) noexcept {
  if (error == wire::QueryError::Short) return {0, Reason::DroppedShort};
  if (error == wire::QueryError::Response) return {0, Reason::DroppedResponse};
  wire::Query echo = query;
  if (error != wire::QueryError::FormErrQuestion) echo.question_end = wire::kHeaderSize;
  if (error == wire::QueryError::NotQuery)
    return fail(exchange, echo, wire::Rcode::NotImp, Reason::NotImp);
  return fail(exchange, echo, wire::Rcode::FormErr, Reason::FormErr);
}

Reply Responder::Impl::fail(const Exchange& exchange, wire::Query echo, wire::Rcode rcode,
                            Reason reason) noexcept {
  Draft draft{wire::Writer(exchange.buffer, echo.question_end)};
  draft.fail(rcode, reason);
  // What was malformed may have been an option: none is answered.
  echo.edns.asked = 0;
  Task task{exchange, echo};
  if (options.limiter != nullptr) {
    if (const auto limited_reply = limit_rate(task, draft)) return *limited_reply;
  }
  return finish(task, draft);
}

/// Header and OPT, when everything between them is known.
Reply Responder::Impl::finish(Task& task, const Draft& draft) const noexcept {
  constexpr std::uint16_t kKept = wire::flag::kOpcodeMask | wire::flag::kRecursionDesired;
  const wire::Query& query = task.query;
  std::uint16_t flags = static_cast<std::uint16_t>(query.flags & kKept) | wire::flag::kResponse;
  if (draft.authoritative) flags |= wire::flag::kAuthoritative;
  if (draft.truncated) flags |= wire::flag::kTruncated;
  flags |= static_cast<std::uint16_t>(draft.rcode) & 0xf;

  std::uint8_t* const message = task.exchange.buffer.data();
  const bool has_question = query.question_end > wire::kHeaderSize;
  wire::write_u16(message + 2, flags);
  wire::write_u16(message + 4, has_question ? 1 : 0);
  wire::write_u16(message + 6, draft.counts[0]);
  wire::write_u16(message + 8, draft.counts[1]);
  wire::write_u16(message + 10, static_cast<std::uint16_t>(draft.counts[2] + query.edns.present));
  const std::size_t size = draft.writer.size();
  if (!query.edns.present) return {size, draft.reason};
  if (query.edns.asks(wire::Ask::ZoneVersion) && draft.authoritative && draft.matched != nullptr)
    task.options.zone = &contents->catalog->zone(draft.matched->zone());
  const auto room = task.exchange.buffer.first(task.exchange.buffer.size() - task.signature_room());
  return {write_opt(query.edns, task.options, draft, room, size), draft.reason};
}

}  // namespace loadstar::answer
