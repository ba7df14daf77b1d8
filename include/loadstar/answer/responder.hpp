#pragma once
// The responder: query bytes in, answer bytes out, over one immutable State. It knows no socket:
// UDP, TCP, fuzzers, scenario tests and the bench call it alike.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/answer/moment.hpp"
#include "loadstar/answer/rate_limiter.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/answer/transfer_rules.hpp"
#include "loadstar/answer/zone_transfer.hpp"
#include "loadstar/base/address.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/draws.hpp"

namespace loadstar::answer {

enum class Transport : std::uint8_t { Udp, Tcp, Tls };

/// How a query ended. Each is counted under exactly one.
enum class Reason : std::uint16_t {
  Answered,  ///< NOERROR with data
  NoData,
  NxDomain,
  Referral,
  Refused,  ///< outside every zone, class not IN, policy says refused
  FormErr,
  NotImp,
  BadVers,
  ServFail,  ///< policy says servfail, or nothing is loaded
  YxDomain,
  NotAuth,          ///< a signature that is not right, or the transfer of a zone that is not ours
  Transfer,         ///< a zone, in messages of its own
  Truncated,        ///< TC=1 over UDP
  RateLimited,      ///< over the rate limit: TC=1 instead of the answer
  DroppedShort,     ///< fewer than 12 bytes
  DroppedResponse,  ///< QR=1
  DroppedRateLimited,
};
inline constexpr std::size_t kReasons = 17;

/// The metric label: "answered", "no_data", …
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;

/// A query and the room for its answer: the answer is written over the query.
struct Exchange {
  std::span<std::uint8_t>
      buffer;                  ///< capacity: kMaxUdpAnswer and the query, or 65,535 for TCP and TLS
  std::size_t query_size = 0;  ///< the query stands at the buffer's start
  base::Address client;        ///< the resolver's address
  Transport transport = Transport::Udp;
};

/// Messages that are answered together at most; from 8 on the number hardly matters.
inline constexpr std::size_t kMostAtOnce = 32;
/// Room for one UDP exchange: the largest query we read and the largest answer we send.
inline constexpr std::size_t kUdpBuffer = 4096;
/// The largest UDP answer (DNS flag day 2020, RFC 9715).
inline constexpr std::size_t kMaxUdpAnswer = 1232;

struct Reply {
  constexpr Reply() noexcept : Reply(0, Reason::DroppedShort) {}
  constexpr Reply(std::size_t bytes, Reason why) noexcept
      : size(static_cast<std::uint16_t>(bytes)), reason(why) {}

  /// Bytes of the answer in the buffer; 0 = drop. Of no meaning with Reason::Transfer.
  std::uint16_t size;
  Reason reason;

  friend constexpr bool operator==(Reply, Reply) = default;
};

struct ResponderOptions {
  std::string identity{};  ///< NSID (RFC 5001) and id.server; "" = not told
  /// How long an idle connection stays, as RFC 7828 tells it; 0 = not told.
  std::chrono::milliseconds tcp_idle{0};
  /// The resolvers whose client subnets count (RFC 7871 11.3); empty: all.
  std::vector<base::Prefix> ecs_from{};
  /// The largest UDP answer for a client that has not shown its address by a cookie.
  std::size_t max_unproven_answer = kMaxUdpAnswer;
  std::shared_ptr<RateLimiter> limiter{};  ///< shared by all workers; null: no limit
  /// Shared by all workers; null: no keys, and nobody gets a zone.
  std::shared_ptr<const TransferRules> transfers{};
  std::shared_ptr<steer::Draws> draws{};  ///< shared by all workers; null: the responder's own
};

/// Answers queries for one worker; not shared between threads. After construction and refresh() it
/// allocates nothing but for signed queries and transfers.
class Responder {
 public:
  Responder(const StateBoard& board, ResponderOptions options, std::uint64_t seed);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Takes up the time and a newly published State; one atomic load when there is none. Call once
  /// per batch, and from a timer when idle.
  void refresh(const Moment& now);

  /// Answers one message in place. Cannot fail.
  [[nodiscard]] Reply respond(const Exchange& exchange) noexcept;
  /// Answers at most kMostAtOnce messages, which is less work than one after another. `replies`:
  /// room for one for each. Returns how many are answered: all, or those up to a zone transfer
  /// over TCP; the buffers of those behind it may have been written to.
  std::size_t respond(std::span<const Exchange> exchanges, Reply* replies) noexcept;

  /// The answer to a query that ended as Reason::Transfer, which is null else. Takes it away.
  [[nodiscard]] std::unique_ptr<ZoneTransfer> take_transfer() noexcept;

  /// How many queries ended in each way, by Reason. Written by this worker only; read by others
  /// without a lock.
  [[nodiscard]] std::array<std::uint64_t, kReasons> counts() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::answer
