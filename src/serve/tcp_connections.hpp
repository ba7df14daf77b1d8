#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>

#include "loadstar/serve/server.hpp"

#include "context.hpp"
#include "tcp_connection.hpp"
#include "tcp_scratch.hpp"

namespace loadstar::serve {

/// The open connections of one worker, the one that has been inactive longest first. Keeps to the
/// limits.
class TcpConnections {
 public:
  TcpConnections(Context context, TcpLimits limits) : context_(context), limits_(limits) {}

  /// Takes over an accepted connection; closes the oldest when there are too many.
  void add(boost::asio::ip::tcp::socket socket, const base::Address& client);
  /// The connection has completed an exchange.
  void touch(TcpConnection& connection);
  void remove(TcpConnection& connection);

  void close_oldest();
  void close_all();
  /// Closes those that have been inactive for too long.
  void expire(base::TimePoint now);

 private:
  void update_count() { context_.counters.tcp_open.set(connections_.size()); }

  Context context_;
  TcpLimits limits_;
  TcpScratch scratch_;
  std::list<std::shared_ptr<TcpConnection>> connections_;
};

}  // namespace loadstar::serve
