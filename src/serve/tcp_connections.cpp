#include "tcp_connections.hpp"

#include <algorithm>

namespace loadstar::serve {
namespace {

constexpr unsigned kClientBitsV6 = 56;

/// Who can have any address of an IPv6 /56 counts as one client.
base::Address client_of(const base::Address& address) noexcept {
  return address.is_v4() ? address : address.masked(kClientBitsV6);
}

bool is_in_handshake(const TcpConnection* connection) noexcept {
  return connection->place.standing.activity == TcpActivity::Handshake;
}

}  // namespace

void TcpConnections::add(TcpConnection::Peer peer) {
  const bool is_proxied = peer.is_proxied;
  auto connection = std::make_unique<TcpConnection>(context_, scratch_, *this, std::move(peer));
  if (!is_proxied) close_oldest_of(client_of(connection->client()));
  if (size() >= limits_.connections) close_oldest();
  insert(std::move(connection)).start();
}

void TcpConnections::refuse(TcpEnd why) {
  context_.counters.accepted.add();
  context_.counters.closed[static_cast<std::size_t>(why)].add();
}

TcpConnection& TcpConnections::insert(std::unique_ptr<TcpConnection> connection) {
  List& idle = list_of(TcpActivity::Idle);
  const auto in_all = idle.insert(idle.end(), std::move(connection));
  TcpConnection& inserted = **in_all;
  inserted.place.in_all = in_all;
  inserted.place.active_since = base::Clock::now();
  context_.counters.accepted.add();
  context_.counters.open.set(size());
  return inserted;
}

void TcpConnections::assign(TcpConnection& connection) {
  const base::Address client = client_of(connection.client());
  close_oldest_of(client);
  const auto entry = clients_.try_emplace(client).first;
  auto& others = entry->second.connections;
  connection.place.in_client = others.insert(others.end(), &connection);
  connection.place.client = entry;
}

/// If the client has as many as it may.
void TcpConnections::close_oldest_of(const base::Address& client) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.connections.size() < limits_.per_client) return;
  found->second.connections.front()->close(TcpEnd::ClientLimit);
}

void TcpConnections::note(TcpConnection& connection, const TcpStanding& standing) {
  const TcpStanding before = std::exchange(connection.place.standing, standing);
  held_bytes_ += standing.held_bytes - before.held_bytes;
  if (standing.has_progressed || standing.activity != before.activity) {
    move_to_end(connection, before.activity);
  }
  if (standing.activity != before.activity) count_handshakes(connection.place, before.activity);
  while (held_bytes_ > limits_.memory) list_of(TcpActivity::Busy).front()->close(TcpEnd::Memory);
}

/// The place has left `before`. A handshake that begins may end another.
void TcpConnections::count_handshakes(const TcpPlace& place, TcpActivity before) {
  if (!place.client) return;
  TcpClient& client = (*place.client)->second;
  if (before == TcpActivity::Handshake) --client.handshakes;
  if (place.standing.activity != TcpActivity::Handshake) return;
  if (++client.handshakes > limits_.handshakes_per_client) {
    (*std::ranges::find_if(client.connections, is_in_handshake))->close(TcpEnd::HandshakeLimit);
  }
  const List& all = list_of(TcpActivity::Handshake);
  if (all.size() > limits_.handshakes) all.front()->close(TcpEnd::HandshakeLimit);
}

/// From the list of `activity` to the one that the connection's standing now names.
void TcpConnections::move_to_end(TcpConnection& connection, TcpActivity activity) {
  TcpPlace& place = connection.place;
  List& list = list_of(place.standing.activity);
  place.active_since = base::Clock::now();
  list.splice(list.end(), list_of(activity), place.in_all);
  if (!place.client) return;
  auto& client = (*place.client)->second.connections;
  client.splice(client.end(), client, place.in_client);
}

void TcpConnections::remove(TcpConnection& connection, TcpEnd why) noexcept {
  const TcpPlace& place = connection.place;
  held_bytes_ -= place.standing.held_bytes;
  if (place.client) {
    TcpClient& client = (*place.client)->second;
    client.connections.erase(place.in_client);
    if (place.standing.activity == TcpActivity::Handshake) --client.handshakes;
    if (client.connections.empty()) clients_.erase(*place.client);
  }
  closed_.splice(closed_.end(), list_of(place.standing.activity), place.in_all);
  context_.counters.closed[static_cast<std::size_t>(why)].add();
  context_.counters.open.set(size());
}

std::size_t TcpConnections::size() const noexcept {
  std::size_t all = 0;
  for (const List& list : lists_) all += list.size();
  return all;
}

bool TcpConnections::close_oldest() {
  TcpConnection* oldest = nullptr;
  for (const List& list : lists_) {
    if (list.empty()) continue;
    TcpConnection& first = *list.front();
    if (oldest == nullptr || first.place.active_since < oldest->place.active_since) oldest = &first;
  }
  if (oldest == nullptr) return false;
  oldest->close(TcpEnd::Evicted);
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
  expire(TcpActivity::Handshake, now - limits_.handshake, TcpEnd::Stalled);
}

void TcpConnections::expire(TcpActivity activity, base::TimePoint before, TcpEnd why) {
  List& list = list_of(activity);
  while (!list.empty() && list.front()->place.active_since <= before) list.front()->close(why);
}

}  // namespace loadstar::serve
