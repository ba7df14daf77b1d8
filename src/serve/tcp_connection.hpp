#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/serve/server.hpp"
#include "loadstar/serve/tcp_input.hpp"

#include "context.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "stream.hpp"
#include "tcp_place.hpp"
#include "tcp_scratch.hpp"

namespace loadstar::serve {

class TcpConnections;

/// One client over TCP or TLS (RFC 7766): queries may come in any fragmentation and any number at
/// once; answers leave in their order.
///
///   reading ── complete messages ─► answered ─► sent ─► reading
///                                                └─ the peer does not read: writing; nothing is
///                                                read until it does
///
/// Lives in TcpConnections, for a moment also after close(). Memory that runs out closes it.
class TcpConnection final : public Waiter {
 public:
  /// What was accepted.
  struct Peer {
    Fd socket;  ///< non-blocking
    std::unique_ptr<Stream> stream;
    base::Address address;
    answer::Transport transport = answer::Transport::Tcp;
    bool is_proxied = false;  ///< comes from a front and starts with a PROXY header
  };

  TcpConnection(Context context, TcpScratch& scratch, TcpConnections& owner, Peer peer);

  /// Reads at once: with TCP_DEFER_ACCEPT the first query is there already.
  void start() noexcept;
  void on_ready() noexcept override;
  void close(TcpEnd why) noexcept;

  /// The peer, or whom the front has named.
  [[nodiscard]] const base::Address& client() const noexcept { return peer_.address; }

  TcpPlace place;  ///< the owner's

 private:
  /// Reads and sends in one go; then other connections get their turn.
  static constexpr int kReadsPerWake = 4;
  static constexpr int kSendsPerWake = 4;

  /// What a step came to: go on; the next wait is set up; the connection is closed.
  enum class Step : std::uint8_t { Continue, Waiting, Closed };

  template <class Work>
  void guarded(Work work) noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return !peer_.socket.valid(); }
  void on_readable();
  void on_writable();
  [[nodiscard]] Step take(std::span<const std::uint8_t> input);
  [[nodiscard]] Step answer_all(std::span<const std::uint8_t> input);
  [[nodiscard]] std::size_t answer_some(std::span<const std::uint8_t> input);
  [[nodiscard]] Step send_unsent();
  [[nodiscard]] Step send_output(std::span<const std::uint8_t> unanswered);

  [[nodiscard]] Step wait_for(Flow flow);
  void wait(Interest interest);
  [[nodiscard]] Step end(TcpEnd why);
  [[nodiscard]] TcpEnd why_ended(Flow flow) const noexcept;
  [[nodiscard]] TcpStanding standing() const noexcept;

  Context context_;
  TcpScratch& scratch_;
  TcpConnections& owner_;
  Peer peer_;
  Interest interest_ = Interest::None;
  TcpInput input_;
  std::vector<std::uint8_t> unsent_;
  bool awaits_header_;
  std::unique_ptr<answer::ZoneTransfer> transfer_;  // goes before what is unanswered
  bool has_progressed_ = false;                     // since the last wait
};

}  // namespace loadstar::serve
