#pragma once

#include <memory>
#include <string>

#include "loadstar/cluster/bus.hpp"
#include "loadstar/model/cluster_config.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::cluster {

/// A bus by way of a Redis (7 or Valkey), alone or found through its sentinels.
///
/// With the prefix "loadstar": changes are published on the channel "loadstar"; the whole of a
/// topic stands under "loadstar:TOPIC" and expires when its node is gone, and "loadstar:topics" is
/// the set of them. A node that comes, or comes back, reads what stands there and asks the others
/// for theirs; one that has missed a change asks for the whole of its topic.
[[nodiscard]] std::unique_ptr<Bus> make_redis_bus(boost::asio::io_context& io, Replica& replica,
                                                  std::string self,
                                                  const model::RedisConfig& config);

}  // namespace loadstar::cluster
