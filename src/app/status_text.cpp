#include "loadstar/app/status_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::app {
namespace {

using nlohmann::json;

/// "-" for what is null or not there.
std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return "-";
  return found->get<std::string>();
}

std::string override_line(const json& one) {
  return fmt::format("  {} {} by {} from {} until {}: {}\n", text(one, "state"),
                     text(one, "target"), text(one, "author"), text(one, "from"),
                     text(one, "until"), text(one, "why"));
}

/// Since when it is what it is: the ruling, or the verdict.
std::string since(const json& endpoint) {
  const auto ruling = endpoint.find("ruling");
  const bool is_ruled = ruling != endpoint.end() && ruling->is_object();
  return text(is_ruled ? *ruling : endpoint, "since");
}

std::string share(const json& endpoint) {
  const int percent = endpoint.value("share_percent", 100);
  return percent == 100 ? "" : fmt::format(" {}%", percent);
}

/// What stands behind the reason: when it is looked at again, when nobody can hold it any more.
std::string outlook(const json& endpoint) {
  std::string line;
  if (text(endpoint, "quiet_at") != "-")
    line += fmt::format("; quiet at {}", text(endpoint, "quiet_at"));
  if (text(endpoint, "next_probe") != "-")
    line += fmt::format("; next probe {}", text(endpoint, "next_probe"));
  return line;
}

std::string endpoint_line(const json& endpoint) {
  return fmt::format("  {:<20} {:<24} {:<13} {:<8} {:<20} {}{}\n", text(endpoint, "endpoint"),
                     text(endpoint, "address"), text(endpoint, "state") + share(endpoint),
                     text(endpoint, "real"), since(endpoint), text(endpoint, "why"),
                     outlook(endpoint));
}

std::string pool_lines(const json& pool) {
  const std::string region = pool.value("region", "");
  std::string page = fmt::format("pool {}{}: {}\n", text(pool, "pool"),
                                 region.empty() ? "" : fmt::format(" in {}", region),
                                 pool.value("usable", false) ? "usable" : "not usable");
  for (const json& guard : pool.value("guards", json::array()))
    if (guard.is_string()) page += fmt::format("  guard: {}\n", guard.get<std::string>());
  for (const json& endpoint : pool.value("endpoints", json::array()))
    page += endpoint_line(endpoint);
  return page;
}

}  // namespace

std::string status_text(std::string_view document_text) {
  const json document = json::parse(document_text, nullptr, false);
  if (!document.is_object() || !document.contains("pools"))
    throw base::ConfigError("this is not the status of loadstar");
  std::string page;
  const json overrides = document.value("overrides", json::array());
  if (!overrides.empty()) page += "overrides\n";
  for (const json& one : overrides) page += override_line(one);
  page += fmt::format("  {:<20} {:<24} {:<13} {:<8} {:<20} {}\n", "ENDPOINT", "ADDRESS", "STATE",
                      "REAL", "SINCE", "WHY");
  for (const json& pool : document["pools"]) page += pool_lines(pool);
  return page;
}

}  // namespace loadstar::app
