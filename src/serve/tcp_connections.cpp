#include "tcp_connections.hpp"

namespace loadstar::serve {
namespace {

constexpr unsigned kClientBitsV6 = 56;

/// Who can have any address of an IPv6 /56 counts as one client.
base::Address client_of(const base::Address& address) noexcept {
  return address.is_v4() ? address : address.masked(kClientBitsV6);
}

}  // namespace

void TcpConnections::add(TcpConnection::Peer peer) {
  const bool is_proxied = peer.is_proxied;
  const auto connection =
      std::make_shared<TcpConnection>(context_, scratch_, *this, std::move(peer));
  if (!is_proxied) close_oldest_of(client_of(connection->client()));
  if (size() >= limits_.connections) close_oldest();
  insert(connection);
  if (!is_proxied) assign(*connection);
  connection->start();
}

void TcpConnections::refuse(TcpEnd why) {
  context_.counters.tcp_accepted.add();
  context_.counters.tcp_closed[static_cast<std::size_t>(why)].add();
}

void TcpConnections::insert(const std::shared_ptr<TcpConnection>& connection) {
  List& idle = list_of(TcpActivity::Idle);
  connection->place.in_all = idle.insert(idle.end(), connection);
  connection->place.active_since = base::Clock::now();
  context_.counters.tcp_accepted.add();
  context_.counters.tcp_open.set(size());
}

void TcpConnections::assign(TcpConnection& connection) {
  const base::Address client = client_of(connection.client());
  close_oldest_of(client);
  TcpPlace& place = connection.place;
  place.client = clients_.try_emplace(client).first;
  TcpClient& others = (*place.client)->second;
  place.in_client = others.insert(others.end(), &connection);
}

/// If the client has as many as it may.
void TcpConnections::close_oldest_of(const base::Address& client) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.size() < limits_.per_client) return;
  found->second.front()->close(TcpEnd::ClientLimit);
}

void TcpConnections::note(TcpConnection& connection, const TcpStanding& standing) {
  const TcpStanding before = std::exchange(connection.place.standing, standing);
  held_bytes_ += standing.held_bytes - before.held_bytes;
  if (standing.has_progressed || standing.activity != before.activity) {
    move_to_end(connection, before.activity);
  }
  while (held_bytes_ > limits_.memory) list_of(TcpActivity::Busy).front()->close(TcpEnd::Memory);
}

/// From the list of `activity` to the one that the connection's standing now names.
void TcpConnections::move_to_end(TcpConnection& connection, TcpActivity activity) {
  TcpPlace& place = connection.place;
  List& list = list_of(place.standing.activity);
  place.active_since = base::Clock::now();
  list.splice(list.end(), list_of(activity), place.in_all);
  if (!place.client) return;
  TcpClient& client = (*place.client)->second;
  client.splice(client.end(), client, place.in_client);
}

void TcpConnections::remove(TcpConnection& connection, TcpEnd why) {
  const TcpPlace& place = connection.place;
  held_bytes_ -= place.standing.held_bytes;
  if (place.client) {
    (*place.client)->second.erase(place.in_client);
    if ((*place.client)->second.empty()) clients_.erase(*place.client);
  }
  list_of(place.standing.activity).erase(place.in_all);
  context_.counters.tcp_closed[static_cast<std::size_t>(why)].add();
  context_.counters.tcp_open.set(size());
}

bool TcpConnections::close_oldest() {
  if (size() == 0) return false;
  const auto& [idle, busy] = lists_;
  const bool is_busy = idle.empty() || (!busy.empty() && busy.front()->place.active_since <
                                                             idle.front()->place.active_since);
  (is_busy ? busy : idle).front()->close(TcpEnd::Evicted);
  return true;
}

void TcpConnections::close_all() {
  for (List& list : lists_) {
    while (!list.empty()) list.front()->close(TcpEnd::Stopped);
  }
}

void TcpConnections::expire(base::TimePoint now) {
  expire(TcpActivity::Idle, now - limits_.idle, TcpEnd::Idle);
  expire(TcpActivity::Busy, now - limits_.io, TcpEnd::Stalled);
}

void TcpConnections::expire(TcpActivity activity, base::TimePoint before, TcpEnd why) {
  List& list = list_of(activity);
  while (!list.empty() && list.front()->place.active_since <= before) list.front()->close(why);
}

}  // namespace loadstar::serve
