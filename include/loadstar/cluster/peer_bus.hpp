#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loadstar/cluster/bus.hpp"
#include "loadstar/http/client.hpp"

namespace loadstar::cluster {

struct Peer {
  std::string name;
  http::Url url;
};

struct PeerBusOptions {
  std::string self;  ///< the name of this node
  std::vector<Peer> peers;
  http::TlsFiles tls;
  std::string token;
  base::Duration timeout = std::chrono::seconds(3);
};

/// A bus over HTTPS from each node to each other: POST /v1/bus.
///
///   { "from": "ns1", "messages": [ { "topic": "vantage/ns1", "body": "…" }, … ] }
///   ─► { "wanted": [ "vantage/asia" ] }   topics that the other wants the whole of
[[nodiscard]] std::unique_ptr<Bus> make_peer_bus(boost::asio::io_context& io, Replica& replica,
                                                 PeerBusOptions options);

/// Bytes of a request at most.
inline constexpr std::size_t kMaxBusBytes = std::size_t{64} << 20;

/// The body of a request.
[[nodiscard]] std::string bus_request(std::string_view from, const std::vector<Message>& messages);

/// Hands what stands in a request to the replica, and returns the answer's body; the error says
/// what is wrong with the request.
[[nodiscard]] std::expected<std::string, std::string> take_bus_request(std::string_view body,
                                                                       Replica& replica);

}  // namespace loadstar::cluster
