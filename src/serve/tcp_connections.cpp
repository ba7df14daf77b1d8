#include "tcp_connections.hpp"

namespace loadstar::serve {

void TcpConnections::add(boost::asio::ip::tcp::socket socket, const base::Address& client) {
  if (connections_.size() >= limits_.connections) close_oldest();
  auto connection =
      std::make_shared<TcpConnection>(context_, scratch_, *this, std::move(socket), client);
  connection->place = connections_.insert(connections_.end(), connection);
  connection->active_since = base::Clock::now();
  update_count();
  connection->start();
}

void TcpConnections::touch(TcpConnection& connection) {
  connection.active_since = base::Clock::now();
  connections_.splice(connections_.end(), connections_, connection.place);
}

void TcpConnections::remove(TcpConnection& connection) {
  connections_.erase(connection.place);
  update_count();
}

void TcpConnections::close_oldest() {
  if (connections_.empty()) return;
  context_.counters.tcp_evicted.add();
  connections_.front()->close();
}

void TcpConnections::close_all() {
  while (!connections_.empty()) connections_.front()->close();
}

void TcpConnections::expire(base::TimePoint now) {
  while (!connections_.empty() && now - connections_.front()->active_since >= limits_.idle) {
    context_.counters.tcp_timed_out.add();
    connections_.front()->close();
  }
}

}  // namespace loadstar::serve
