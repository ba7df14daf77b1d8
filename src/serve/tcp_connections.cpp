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
  make_room_for(peer.address);
  const auto connection =
      std::make_shared<TcpConnection>(context_, scratch_, *this, std::move(peer));
  insert(connection);
  connection->start();
}

void TcpConnections::make_room_for(const base::Address& client) {
  const auto found = clients_.find(client_of(client));
  if (found != clients_.end() && found->second.size() >= limits_.per_client) {
    return found->second.front()->close(TcpEnd::ClientLimit);
  }
  if (size() >= limits_.connections) close_oldest();
}

void TcpConnections::insert(const std::shared_ptr<TcpConnection>& connection) {
  List one{connection};
  TcpPlace& place = connection->place;
  place.client = clients_.try_emplace(client_of(connection->client())).first;
  place.in_client = place.client->second.insert(place.client->second.end(), connection.get());
  place.in_all = one.begin();
  place.active_since = base::Clock::now();
  list_of(TcpActivity::Idle).splice(list_of(TcpActivity::Idle).end(), one);
  context_.counters.tcp_accepted.add();
  context_.counters.tcp_open.set(size());
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
  TcpClient& client = place.client->second;
  client.splice(client.end(), client, place.in_client);
}

void TcpConnections::remove(TcpConnection& connection, TcpEnd why) {
  const TcpPlace& place = connection.place;
  held_bytes_ -= place.standing.held_bytes;
  place.client->second.erase(place.in_client);
  if (place.client->second.empty()) clients_.erase(place.client);
  list_of(place.standing.activity).erase(place.in_all);
  context_.counters.tcp_closed[static_cast<std::size_t>(why)].add();
  context_.counters.tcp_open.set(size());
}

void TcpConnections::close_oldest() {
  if (size() == 0) return;
  const auto& [idle, busy] = lists_;
  const bool is_busy = idle.empty() || (!busy.empty() && busy.front()->place.active_since <
                                                             idle.front()->place.active_since);
  (is_busy ? busy : idle).front()->close(TcpEnd::Evicted);
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
