#pragma once
// What the tests of this module share: monitors and targets in one line.

#include <memory>
#include <string_view>

#include "loadstar/health/result.hpp"
#include "loadstar/health/target.hpp"

namespace loadstar::health {

inline model::Monitor tcp_monitor(std::uint16_t port = 443) {
  model::Monitor monitor;
  monitor.name = "m";
  monitor.type = model::MonitorType::Tcp;
  monitor.port = port;
  return monitor;
}

inline model::Monitor http_monitor() {
  model::Monitor monitor = tcp_monitor(80);
  monitor.type = model::MonitorType::Http;
  return monitor;
}

inline Target target_of(const model::Monitor& monitor, std::string_view address = "192.0.2.1") {
  return {std::make_shared<const model::Monitor>(monitor),
          *base::Endpoint::parse(address, monitor.port)};
}

inline Result result_of(Outcome outcome, std::string text = "text") {
  return {outcome, std::move(text), std::chrono::microseconds(1500)};
}

}  // namespace loadstar::health
