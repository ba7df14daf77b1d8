#include "monitor_faults.hpp"

#include <fmt/format.h>
#include <set>

#include "loadstar/wire/types.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::answer {
namespace {

/// Looks at each monitor once, however many pools have it.
class MonitorFaults {
 public:
  explicit MonitorFaults(base::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void look_at(const model::Monitor& monitor) {
    if (!seen_.insert(&monitor).second) return;
    for (const auto& member : monitor.combination.of) look_at(*member);
    if (!monitor.is_combination() && monitor.type == model::MonitorType::Dns) look_at(monitor.dns);
  }

 private:
  void look_at(const model::DnsCheck& check) {
    const auto type = wire::parse_type(check.query.type);
    if (!type) {
      return diagnostics_.error(check.query.type_where,
                                fmt::format("\"{}\" is not a type of records", check.query.type));
    }
    for (const model::WantedRdata& wanted : check.expect.rdata) {
      const auto rdata = zone::parse_rdata(*type, wanted.text, wire::Name{});
      if (!rdata) diagnostics_.error(wanted.where, rdata.error());
    }
  }

  base::Diagnostics& diagnostics_;
  std::set<const model::Monitor*> seen_;
};

}  // namespace

void report_monitor_faults(const model::Zone& zone, base::Diagnostics& diagnostics) {
  MonitorFaults faults(diagnostics);
  for (const auto& pool : zone.pools) {
    if (pool->monitor != nullptr) faults.look_at(*pool->monitor);
  }
}

}  // namespace loadstar::answer
