#pragma once

#include <array>
#include <list>
#include <map>
#include <memory>

#include "loadstar/serve/server.hpp"

#include "context.hpp"
#include "tcp_connection.hpp"
#include "tcp_place.hpp"
#include "tcp_scratch.hpp"

namespace loadstar::serve {

/// The open connections of one worker, kept to its share of the limits. Those of each TcpActivity
/// stand in a list of their own, the one that has been inactive longest first.
class TcpConnections {
 public:
  TcpConnections(Context context, const TcpLimits& limits) : context_(context), limits_(limits) {}

  /// Takes over an accepted connection; closes others when there are too many. Throws
  /// std::bad_alloc; then it is as if the connection had never been.
  void add(TcpConnection::Peer peer);
  /// Counts one that was accepted and closed at once.
  void refuse(TcpEnd why);
  /// The connection has a client: the peer, or whom a front has named. May close another of the
  /// client's.
  void assign(TcpConnection& connection);
  /// The connection starts to wait. May close some, this one included, when they hold too much.
  void note(TcpConnection& connection, const TcpStanding& standing);
  /// The connection is closed. It lives until forget_closed(), as the poller may still tell it of
  /// its socket.
  void remove(TcpConnection& connection, TcpEnd why) noexcept;
  void forget_closed() noexcept { closed_.clear(); }

  /// Closes the one that has been inactive longest. False when there is none.
  bool close_oldest();
  void close_all();
  /// Closes those that have been inactive for too long.
  void expire(base::TimePoint now);

 private:
  using List = std::list<std::unique_ptr<TcpConnection>>;

  [[nodiscard]] List& list_of(TcpActivity activity) noexcept {
    return lists_[static_cast<std::size_t>(activity)];
  }
  [[nodiscard]] std::size_t size() const noexcept;
  TcpConnection& insert(std::unique_ptr<TcpConnection> connection);
  void close_oldest_of(const base::Address& client);
  void count_handshakes(const TcpPlace& place, TcpActivity before);
  void move_to_end(TcpConnection& connection, TcpActivity activity);
  void expire(TcpActivity activity, base::TimePoint before, TcpEnd why);

  Context context_;
  TcpLimits limits_;
  TcpScratch scratch_;
  std::array<List, kTcpActivities> lists_;
  List closed_;
  std::map<base::Address, TcpClient> clients_;  // by the address that stands for them
  std::size_t held_bytes_ = 0;
};

}  // namespace loadstar::serve
