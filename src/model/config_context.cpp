#include "config_context.hpp"

#include <algorithm>

namespace loadstar::model {
namespace {

constexpr Range<std::size_t> kPathBytes{1, 4096};

}  // namespace

std::optional<std::filesystem::path> read_path(ConfigContext& context, json::Value value) {
  const auto text = context.in.text(value, kPathBytes);
  if (!text) return std::nullopt;
  return context.folder / *text;
}

std::vector<base::Endpoint> read_endpoints(ConfigContext& context, json::Value value,
                                           std::uint16_t default_port) {
  std::vector<base::Endpoint> endpoints;
  for (const json::Value item : context.in.items(value)) {
    const auto endpoint = context.in.endpoint(item, default_port);
    if (!endpoint) continue;
    if (std::ranges::find(endpoints, *endpoint) != endpoints.end()) {
      context.in.error(item, fmt::format("\"{}\" is listed twice", item.text()));
    }
    endpoints.push_back(*endpoint);
  }
  return endpoints;
}

}  // namespace loadstar::model
