// Zone files: whatever stands in them, the loader ends with zones that are whole or with mistakes
// that stand somewhere. A 0x1e (record separator) divides the input into files: the first may be a
// zone, the others are what stands beside it. Our JSON parser agrees with nlohmann's about each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "loadstar/model/json/path.hpp"
#include "loadstar/model/loader.hpp"

#include "json_oracle.hpp"

namespace {

using namespace loadstar;

constexpr char kDivider = '\x1e';

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::shared_ptr<const base::SourceFile>> files_of(std::string_view input) {
  std::vector<std::shared_ptr<const base::SourceFile>> files;
  for (std::size_t begin = 0; begin <= input.size();) {
    const std::size_t end = std::min(input.find(kDivider, begin), input.size());
    files.push_back(model::make_source("file" + std::to_string(files.size()) + ".json",
                                       std::string(input.substr(begin, end - begin))));
    begin = end + 1;
  }
  return files;
}

void check_json(std::string_view text) {
  if (test::is_beyond_our_limits(text)) return;
  require(test::our_outline(text) == test::nlohmann_outline(text));
}

void check_policy(const model::Policy& policy) {
  require(!policy.rules.empty());
  require(policy.rules.back().match.everyone() || policy.no_match.has_value());
  for (const model::Rule& rule : policy.rules) {
    require(!rule.name.empty() && !rule.pools.empty());
    for (const model::RulePool& listed : rule.pools) require(listed.pool != nullptr);
    for (const auto& area : rule.match.areas) require(area->match != nullptr);
  }
}

void check_zone(const model::Zone& zone) {
  require(zone.origin.ends_with('.') && zone.ttl.min <= zone.ttl.max);
  for (const auto& pool : zone.pools) {
    require(!pool->endpoints.empty() && pool->answer_limit() > 0);
    if (pool->monitor) require(pool->monitor->timeout < pool->monitor->interval);
    for (const model::Endpoint& endpoint : pool->endpoints) {
      require((endpoint.a || endpoint.aaaa) != !endpoint.cname.empty());
    }
  }
  for (const model::Owner& owner : zone.owners) {
    if (owner.steer) check_policy(*owner.steer->policy);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto files = files_of(input);
  for (const auto& file : files) check_json(file->text);
  static_cast<void>(model::json::path_at(files.front()->text, size / 2));

  const model::LoadedZones loaded = model::load_zones(files);
  for (const auto& zone : loaded.zones) check_zone(*zone);
  const bool unusable = loaded.libraries_broken || !loaded.broken.empty();
  require(unusable == loaded.diagnostics.has_errors());
  for (const base::Diagnostic& error : loaded.diagnostics.errors()) {
    require(!error.message.empty() && error.message.find('\n') == std::string::npos);
  }
  return 0;
}
