#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"

namespace loadstar::serve {

class TcpConnection;

/// What a connection waits for: a query, its peer to complete or to take what is under way, or the
/// handshake that comes before.
enum class TcpActivity : std::uint8_t { Idle, Busy, Handshake };
inline constexpr std::size_t kTcpActivities = 3;

/// How a connection stands when it starts to wait.
struct TcpStanding {
  TcpActivity activity = TcpActivity::Idle;
  std::size_t held_bytes = 0;
  bool has_progressed = false;  ///< has completed an exchange since it last waited
};

/// The connections of one client, the one that has been inactive longest first.
struct TcpClient {
  std::list<TcpConnection*> connections;
  std::size_t handshakes = 0;  ///< of these under way
};

/// Where a connection is found among those of its worker, and, once it has a client, among the
/// client's.
struct TcpPlace {
  std::list<std::unique_ptr<TcpConnection>>::iterator in_all;
  std::optional<std::map<base::Address, TcpClient>::iterator> client;
  std::list<TcpConnection*>::iterator in_client;
  TcpStanding standing;
  base::TimePoint active_since;
};

}  // namespace loadstar::serve
