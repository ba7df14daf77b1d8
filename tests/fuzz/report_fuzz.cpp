// Reads any bytes as what vantages and nodes send each other: a report, a list of targets, a
// request of a node. What can be read survives being written and read again.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "loadstar/cluster/peer_bus.hpp"
#include "loadstar/cluster/report.hpp"
#include "loadstar/cluster/target_list.hpp"

namespace {

using namespace loadstar;
using namespace loadstar::cluster;

void require(bool holds) {
  if (!holds) std::abort();
}

const base::Now kNow{.steady = base::TimePoint(std::chrono::hours(500'000)),
                     .system = base::Now::System(std::chrono::seconds(1'764'390'100))};

void check(const Report& report) {
  require(report.votes.size() <= kMaxVotes && report.vantage.size() <= kMaxName);
  const auto again = parse_report(to_json(report, kNow), kNow);
  require(again.has_value());
  require(again->vantage == report.vantage && again->run == report.run);
  require(again->sequence == report.sequence && again->votes == report.votes);
}

/// Takes everything and keeps nothing.
class Nobody final : public Replica {
 public:
  [[nodiscard]] std::vector<std::string> topics() const override { return {}; }
  [[nodiscard]] std::string whole(const std::string&) const override { return ""; }
  Delivery take(const Message& message) override {
    return message.body.empty() ? Delivery::WholeWanted : Delivery::Done;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto report = parse_report(text, kNow)) check(*report);
  if (const auto list = parse_targets(text)) {
    require(list->targets.size() <= kMaxTargets);
    const auto again = parse_targets(to_json(list->targets));
    require(again && version_of(again->targets) == version_of(list->targets));
  }
  Nobody nobody;
  static_cast<void>(take_bus_request(text, nobody));
  return 0;
}
