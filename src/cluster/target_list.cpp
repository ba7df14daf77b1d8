#include "loadstar/cluster/target_list.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "loadstar/model/monitor_text.hpp"

namespace loadstar::cluster {
namespace {

using Json = nlohmann::json;
using health::Target;
using MonitorPointer = std::shared_ptr<const model::Monitor>;

bool is_strings(const Json& json) {
  return json.is_array() &&
         std::ranges::all_of(json, [](const Json& one) { return one.is_string(); });
}

bool is_group(const Json& json) {
  return json.is_object() && json.contains("monitor") && json["monitor"].is_string() &&
         json.contains("text") && json["text"].is_string() && json.contains("addresses") &&
         is_strings(json["addresses"]);
}

/// The targets of one monitor.
std::expected<void, std::string> add_group(const Json& group, std::vector<Target>& targets) {
  if (!is_group(group)) return std::unexpected("a target is malformed");
  const auto monitor = model::parse_monitor(group["monitor"].get<std::string>(),
                                            group["text"].get_ref<const std::string&>());
  if (!monitor) return std::unexpected(monitor.error());
  for (const Json& address : group["addresses"]) {
    const auto endpoint = base::Endpoint::parse(address.get_ref<const std::string&>(), 0);
    if (!endpoint) return std::unexpected(endpoint.error());
    targets.push_back({*monitor, *endpoint});
  }
  if (targets.size() > kMaxTargets)
    return std::unexpected(fmt::format("more than {} targets", kMaxTargets));
  return {};
}

}  // namespace

std::string version_of(std::span<const Target> targets) {
  std::uint64_t sum = 0;  // in any order
  for (const Target& target : targets) sum += static_cast<std::uint64_t>(health::key_of(target));
  return fmt::format("{:016x}", sum ^ targets.size());
}

std::string to_json(std::span<const Target> targets) {
  std::map<MonitorPointer, std::vector<std::string>> by_monitor;
  for (const Target& target : targets)
    by_monitor[target.monitor].push_back(target.address.to_string());
  Json groups = Json::array();
  for (auto& [monitor, addresses] : by_monitor) {
    groups.push_back(
        {{"monitor", monitor->name}, {"text", monitor->text}, {"addresses", std::move(addresses)}});
  }
  const Json json{{"version", version_of(targets)}, {"targets", std::move(groups)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::expected<TargetList, std::string> parse_targets(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("version") || !json["version"].is_string() ||
      !json.contains("targets") || !json["targets"].is_array())
    return std::unexpected("is not a list of targets");
  TargetList list{.version = json["version"].get<std::string>(), .targets = {}};
  for (const Json& group : json["targets"]) {
    if (auto added = add_group(group, list.targets); !added)
      return std::unexpected(std::move(added.error()));
  }
  return list;
}

}  // namespace loadstar::cluster
