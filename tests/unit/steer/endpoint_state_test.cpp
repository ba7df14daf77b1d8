#include "loadstar/steer/endpoint_state.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace loadstar::steer;
using loadstar::model::AdminState;
using test::kDown;
using test::kDrained;
using test::kForcedDown;
using test::kUp;

namespace {

EndpointState state(AdminState in_file, std::optional<AdminState> forced, Observation observed) {
  loadstar::model::Endpoint endpoint = test::endpoint("192.0.2.1");
  endpoint.state = in_file;
  return endpoint_state(endpoint, forced.transform([](AdminState one) { return Forced{one}; }),
                        observed);
}

}  // namespace

TEST_CASE("an override goes before the file, and the file before the monitor",
          "[steer][endpoint_state]") {
  const Observation down{.v4_up = false, .v6_up = false};
  const Observation up{.v4_up = true, .v6_up = true};
  CHECK(state(AdminState::Auto, std::nullopt, up) == kUp);
  CHECK(state(AdminState::Auto, std::nullopt, down) == kDown);
  CHECK(state(AdminState::Up, std::nullopt, down) == kUp);
  CHECK(state(AdminState::Down, std::nullopt, up) == kForcedDown);
  CHECK(state(AdminState::Drain, std::nullopt, up) == kDrained);
  CHECK(state(AdminState::Down, AdminState::Up, down) == kUp);
  CHECK(state(AdminState::Up, AdminState::Drain, up) == kDrained);
  CHECK(state(AdminState::Down, AdminState::Auto, up) == kUp);
}

TEST_CASE("an endpoint that nobody looks at is up", "[steer][endpoint_state]") {
  CHECK(state(AdminState::Auto, std::nullopt, {}) == kUp);
}

TEST_CASE("only what a monitor decides can change by a probe", "[steer][endpoint_state]") {
  const Observation wobbling{.v4_up = true, .v6_up = false, .settled_seconds = 5};
  const EndpointState seen = state(AdminState::Auto, std::nullopt, wobbling);
  CHECK(seen.v4 == Liveness::Up);
  CHECK(seen.v6 == Liveness::Down);
  CHECK(seen.settled_seconds == 5);
  CHECK(state(AdminState::Up, std::nullopt, wobbling).settled_seconds == kSettledForGood);
}
