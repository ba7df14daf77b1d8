#pragma once
// What explain calls things.

#include <string>
#include <string_view>

#include "loadstar/geo/place.hpp"
#include "loadstar/steer/pool_view.hpp"

#include "match.hpp"
#include "order.hpp"
#include "pool_family.hpp"
#include "subnet.hpp"

namespace loadstar::steer::words {

/// "198.51.100.0/24", and what it counts as when it carries an IPv4 address.
[[nodiscard]] std::string client(const Client& client);
[[nodiscard]] std::string counts_as(const Subnet& subnet);

/// "EU, DE, DE-HE, Frankfurt, 50.11 8.68, AS3320 Example Telekom"; "unknown".
[[nodiscard]] std::string place(const geo::Place& place);

/// `country "DE" is one of "DE", "AT"`.
[[nodiscard]] std::string key(const model::Match& match, MatchKey key, bool held,
                              const geo::Place& place);

/// "620 km", with what bias it is counted; "" for methods that measure nothing.
[[nodiscard]] std::string distance(const Order::Entry& entry, const model::RulePool& listed);
/// "shares by weight 3".
[[nodiscard]] std::string sharing(Sharing sharing, std::uint32_t weight);

/// "ipv4: 2 of 3 up, 1 needed; ipv6: …".
[[nodiscard]] std::string counts(const PoolView& view);
/// "up", "ipv4 down, ipv6 up", "draining".
[[nodiscard]] std::string state(const model::Endpoint& endpoint, const EndpointState& state);
[[nodiscard]] std::string_view liveness(Liveness liveness);
[[nodiscard]] std::string_view family(base::Family family);
[[nodiscard]] std::string_view on_all_down(model::OnAllDown::Kind kind);
[[nodiscard]] std::string_view from(PickFrom from);
[[nodiscard]] std::string_view outcome(Outcome outcome);
/// What an endpoint answers for the family.
[[nodiscard]] std::string target(const model::Endpoint& endpoint, base::Family family);

}  // namespace loadstar::steer::words
