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

TEST_CASE("a reported weight replaces or scales that of the file", "[steer][endpoint_state]") {
  using loadstar::base::Family;
  using loadstar::model::ReportedWeight;
  loadstar::model::Endpoint endpoint = test::endpoint("192.0.2.1");
  endpoint.weight = 30;
  const EndpointState plain;
  CHECK(weight_of(endpoint, plain, Family::V4) == 30);
  const Observation observed{.v4_up = {},
                             .v6_up = {},
                             .v4_weight = ReportedWeight{ReportedWeight::Unit::Whole, 7},
                             .v6_weight = ReportedWeight{ReportedWeight::Unit::Percent, 50}};
  const EndpointState said = endpoint_state(endpoint, std::nullopt, observed);
  CHECK(weight_of(endpoint, said, Family::V4) == 7);
  CHECK(weight_of(endpoint, said, Family::V6) == 15);
  CHECK(endpoint_state(endpoint, Forced{.state = AdminState::Up}, observed).v4_weight ==
        observed.v4_weight);
}

TEST_CASE("a share above 0 leaves at least 1", "[steer][endpoint_state]") {
  using loadstar::model::ReportedWeight;
  constexpr ReportedWeight kOne{ReportedWeight::Unit::Percent, 1};
  constexpr ReportedWeight kNone{ReportedWeight::Unit::Percent, 0};
  constexpr ReportedWeight kAll{ReportedWeight::Unit::Percent, 100};
  CHECK(kOne.apply_to(1) == 1);
  CHECK(kOne.apply_to(0) == 0);
  CHECK(kOne.apply_to(250) == 3);
  CHECK(kNone.apply_to(250) == 0);
  CHECK(kAll.apply_to(65'535) == 65'535);
}
