#include "words.hpp"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shares.hpp"

namespace loadstar::steer::words {
namespace {

constexpr std::array kFamilies{base::Family::V4, base::Family::V6};

std::string quoted(const std::vector<std::string>& values) {
  return fmt::format("\"{}\"", fmt::join(values, "\", \""));
}

std::string one_of(std::string_view what, std::string_view value, bool held,
                   const std::vector<std::string>& values) {
  if (value.empty()) return fmt::format("{} is not known, wanted {}", what, quoted(values));
  return fmt::format("{} \"{}\" is {} {}", what, value, held ? "one of" : "none of",
                     quoted(values));
}

std::string asn_key(const model::Match& match, bool held, const geo::Place& place) {
  if (place.asn == 0)
    return fmt::format("ASN is not known, wanted {}", fmt::join(match.asns, ", "));
  return fmt::format("ASN {} is {} {}", place.asn, held ? "one of" : "none of",
                     fmt::join(match.asns, ", "));
}

std::string area_key(const model::Match& match, bool held) {
  std::vector<std::string> names;
  for (const auto& area : match.areas) names.push_back(area->name);
  return fmt::format("in {} areas {}", held ? "one of the" : "none of the", quoted(names));
}

/// "down", or "down by monitor \"web\"" where that one of several decided.
std::string decided(Liveness state, const model::Monitor* decider) {
  if (decider == nullptr) return std::string(liveness(state));
  return fmt::format("{} by monitor \"{}\"", liveness(state), decider->name);
}

}  // namespace

std::string client(const Client& client) {
  return fmt::format("{}/{}", client.address.to_string(), client.source_bits);
}

std::string counts_as(const Subnet& subnet) {
  if (subnet.bits_before == 0) return "";
  return fmt::format("counts as {}/{}, which it carries", subnet.address.to_string(),
                     subnet.known_bits);
}

std::string place(const geo::Place& place) {
  std::vector<std::string> parts{place.continent, place.country};
  parts.insert(parts.end(), place.subdivisions.begin(), place.subdivisions.end());
  parts.push_back(place.city);
  if (const auto& at = place.coordinates) {
    parts.push_back(fmt::format("{:.2f} {:.2f}", at->latitude, at->longitude));
  }
  if (place.asn != 0) {
    const std::string_view gap = place.as_organization.empty() ? "" : " ";
    parts.push_back(fmt::format("AS{}{}{}", place.asn, gap, place.as_organization));
  }
  std::erase(parts, "");
  return parts.empty() ? "unknown" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string key(const model::Match& match, MatchKey key, bool held, const geo::Place& place) {
  switch (key) {
    case MatchKey::Continents: return one_of("continent", place.continent, held, match.continents);
    case MatchKey::Countries: return one_of("country", place.country, held, match.countries);
    case MatchKey::Subdivisions:
      return one_of("subdivision", fmt::format("{}", fmt::join(place.subdivisions, "/")), held,
                    match.subdivisions);
    case MatchKey::Asns: return asn_key(match, held, place);
    case MatchKey::Cidrs: return held ? "in its cidrs" : "in none of its cidrs";
    case MatchKey::Areas: return area_key(match, held);
    case MatchKey::Not: break;
  }
  return held ? "\"not\" does not apply" : "taken out by \"not\"";
}

std::string distance(const Order::Entry& entry, const model::RulePool& listed) {
  if (!entry.distance_km) return "distance not known";
  if (listed.bias_km == 0) return fmt::format("{:.0f} km", *entry.distance_km);
  return fmt::format("{:.0f} km, counted as {:.0f} km", *entry.distance_km + listed.bias_km,
                     *entry.distance_km);
}

std::string sharing(Sharing sharing, std::uint32_t weight) {
  switch (sharing) {
    case Sharing::First: break;
    case Sharing::Weighted: return fmt::format("shares by weight {}", weight);
    case Sharing::RoundRobin: return "takes turns";
    case Sharing::Sticky: return fmt::format("shares by hash of the subnet, weight {}", weight);
  }
  return "";
}

std::string counts(const PoolView& view) {
  std::vector<std::string> parts;
  for (const base::Family each : kFamilies) {
    const FamilyCount count = count_family(view.pool(), view.states(), each);
    if (count.present == 0) continue;
    const std::string_view name = view.is_cname() ? "cname" : family(each);
    parts.push_back(
        fmt::format("{}: {} of {} up, {} needed", name, count.up, count.present, count.needed));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string state(const model::Endpoint& endpoint, const EndpointState& state) {
  const bool both = has_family(endpoint, base::Family::V4) &&
                    has_family(endpoint, base::Family::V6) && state.v4 != state.v6;
  const bool only_v6 = !has_family(endpoint, base::Family::V4);
  const std::string v4 = decided(state.v4, state.v4_decider);
  const std::string v6 = decided(state.v6, state.v6_decider);
  std::string text = both ? fmt::format("ipv4 {}, ipv6 {}", v4, v6) : only_v6 ? v6 : v4;
  if (is_shared(state)) text += fmt::format(", takes {}% of its clients", state.share_percent);
  if (!state.why.empty()) return fmt::format("{}, {}", text, state.why);
  return state.withdrawn ? text + ", by the file" : text;
}

std::string_view liveness(Liveness liveness) {
  switch (liveness) {
    case Liveness::Up: return "up";
    case Liveness::Draining: return "draining";
    case Liveness::Down: break;
  }
  return "down";
}

std::string_view family(base::Family family) {
  return family == base::Family::V4 ? "ipv4" : "ipv6";
}

std::string_view on_all_down(model::OnAllDown::Kind kind) {
  switch (kind) {
    case model::OnAllDown::Kind::All: return "all";
    case model::OnAllDown::Kind::LastGood: return "last-good";
    case model::OnAllDown::Kind::Pool: return "pool";
    case model::OnAllDown::Kind::NoData: return "nodata";
    case model::OnAllDown::Kind::ServFail: break;
  }
  return "servfail";
}

std::string_view from(PickFrom from) {
  switch (from) {
    case PickFrom::Live: return "those up";
    case PickFrom::AsIfUp: return "as if all were up";
    case PickFrom::InFull: return "those up, whatever share of their clients they take";
    case PickFrom::LastGood: break;
  }
  return "those that were up when the pool was usable last";
}

std::string_view outcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pool: return "pool";
    case Outcome::NoData: return "nodata";
    case Outcome::ServFail: return "servfail";
    case Outcome::Refused: break;
  }
  return "refused";
}

std::string target(const model::Endpoint& endpoint, base::Family family) {
  if (!endpoint.cname.empty()) return endpoint.cname;
  const auto& address = family == base::Family::V4 ? endpoint.a : endpoint.aaaa;
  return address ? address->to_string() : "";
}

}  // namespace loadstar::steer::words
