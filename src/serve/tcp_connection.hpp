#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"

#include "context.hpp"
#include "tcp_scratch.hpp"

namespace loadstar::serve {

class TcpConnections;

/// One client over TCP (RFC 7766): queries may come in any fragmentation and any number at once;
/// answers leave in their order.
///
///   reading ── complete messages ─► answered ─► sent ─► reading
///                                                └─ the peer does not read: writing; nothing is
///                                                read until it does
///
/// Lives in TcpConnections, and after close() until its pending wait has been told.
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(Context context, TcpScratch& scratch, TcpConnections& owner,
                boost::asio::ip::tcp::socket socket, const base::Address& client);

  /// Reads at once: with TCP_DEFER_ACCEPT the first query is there already.
  void start() { on_readable(); }
  void close();

  /// Its place in the owner's order, and since when it has been there.
  std::list<std::shared_ptr<TcpConnection>>::iterator place;
  base::TimePoint active_since;

 private:
  /// Reads and sends in one go; then other connections get their turn.
  static constexpr int kReadsPerWake = 4;
  static constexpr int kSendsPerWake = 4;

  /// What a step came to: go on; the next wait is set up; the connection is closed.
  enum class Step : std::uint8_t { Continue, Waiting, Closed };

  void wait(boost::asio::socket_base::wait_type type);
  void on_readable();
  void on_writable();
  [[nodiscard]] Step read_and_answer();
  [[nodiscard]] Step answer_all(std::span<const std::uint8_t> input);
  [[nodiscard]] std::size_t answer_some(std::span<const std::uint8_t> input);
  [[nodiscard]] Step send_output(std::span<const std::uint8_t> unanswered);
  [[nodiscard]] std::optional<std::size_t> send_some(std::span<const std::uint8_t> bytes);
  void keep(std::span<const std::uint8_t> unanswered);

  Context context_;
  TcpScratch& scratch_;
  TcpConnections& owner_;
  boost::asio::ip::tcp::socket socket_;
  base::Address client_;
  /// Received: an incomplete message, or what came before the peer stopped reading.
  std::vector<std::uint8_t> unanswered_;
  std::vector<std::uint8_t> unsent_;
};

}  // namespace loadstar::serve
