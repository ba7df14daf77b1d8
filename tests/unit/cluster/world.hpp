#pragma once
// What the tests of this module share: targets, and a consensus over them.

#include <memory>
#include <string>
#include <vector>

#include "loadstar/health/consensus.hpp"
#include "loadstar/model/monitor_text.hpp"

namespace loadstar::cluster::test {

inline std::shared_ptr<const model::Monitor> monitor(
    const std::string& text =
        R"({ "type": "tcp", "port": 80, "fall": 1, "rise": 1, "flap": false })") {
  auto parsed = model::parse_monitor("web", text);
  if (!parsed) throw std::invalid_argument(parsed.error());
  return *parsed;
}

inline std::vector<health::Target> targets(std::size_t count) {
  std::vector<health::Target> targets;
  const auto shared = monitor();
  for (std::size_t i = 1; i <= count; ++i) {
    targets.push_back({shared, *base::Endpoint::parse("192.0.2." + std::to_string(i), 80)});
  }
  return targets;
}

/// A node's or a vantage's view of some targets.
struct View {
  explicit View(std::string name, std::size_t count = 3)
      : all(targets(count)), consensus({.self = std::move(name)}) {
    ids = consensus.own().set_targets(all);
  }

  void see(std::size_t target, bool is_up, base::TimePoint now = base::Clock::now()) {
    const auto outcome = is_up ? health::Outcome::Success : health::Outcome::Refused;
    consensus.own().record(
        ids[target],
        {.outcome = outcome, .text = is_up ? "connected" : "connection refused", .latency = {}},
        now);
  }
  [[nodiscard]] std::string agreed() const {
    std::string text;
    for (const health::TargetId id : ids) {
      const auto verdict = consensus.of(id).verdict;
      text += verdict == health::Verdict::Up ? 'U' : verdict == health::Verdict::Down ? 'D' : '?';
    }
    return text;
  }

  std::vector<health::Target> all;
  health::Consensus consensus;
  std::vector<health::TargetId> ids;
};

}  // namespace loadstar::cluster::test
