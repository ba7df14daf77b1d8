#include "default_answer.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "loadstar/wire/message.hpp"

#include "rendered.hpp"
#include "steered.hpp"

namespace loadstar::answer {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Endpoints = std::vector<const model::Endpoint*>;

bool is_withdrawn(const model::Endpoint& endpoint) {
  return endpoint.state == model::AdminState::Down || endpoint.state == model::AdminState::Drain;
}

/// Whether weight 0 means "only when no other is up".
bool goes_by_weight(model::Balance balance) {
  switch (balance) {
    case model::Balance::Weighted:
    case model::Balance::LeastConnection:
    case model::Balance::IpHash: return true;
    case model::Balance::RoundRobin:
    case model::Balance::All:
    case model::Balance::First: return false;
  }
  return false;
}

/// Takes away those of which `without` holds, unless nothing would be left.
template <class Without>
void narrow(Endpoints& endpoints, Without without) {
  Endpoints left;
  std::ranges::copy_if(endpoints, std::back_inserter(left),
                       [&](const auto* endpoint) { return !without(*endpoint); });
  if (!left.empty()) endpoints = std::move(left);
}

Endpoints default_endpoints(const model::Pool& pool) {
  Endpoints endpoints;
  for (const model::Endpoint& endpoint : pool.endpoints) endpoints.push_back(&endpoint);
  narrow(endpoints, is_withdrawn);
  if (goes_by_weight(pool.balance))
    narrow(endpoints, [](const model::Endpoint& endpoint) { return endpoint.weight == 0; });
  return endpoints;
}

void append(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_record(Bytes& out, std::uint16_t type, std::uint32_t ttl,
                   std::span<const std::uint8_t> rdata) {
  std::array<std::uint8_t, kRenderedHeaderSize> header{0xc0, wire::kHeaderSize};
  wire::write_u16(header.data() + 2, type);
  wire::write_u16(header.data() + 4, wire::klass::kIn);
  wire::write_u32(header.data() + 6, ttl);
  wire::write_u16(header.data() + 10, static_cast<std::uint16_t>(rdata.size()));
  append(out, header);
  append(out, rdata);
}

/// Those of one family, at most as many as one answer holds.
std::vector<base::Address> addresses(const Endpoints& endpoints,
                                     std::optional<base::Address> model::Endpoint::* family) {
  std::vector<base::Address> found;
  for (const model::Endpoint* endpoint : endpoints) {
    if (endpoint->*family && found.size() < kMaxPicks) found.push_back(*(endpoint->*family));
  }
  return found;
}

void append_hint(Bytes& rdata, std::uint16_t key, std::span<const base::Address> found) {
  if (found.empty()) return;
  std::array<std::uint8_t, 4> header{};
  wire::write_u16(header.data(), key);
  const std::size_t size = found.size() * found.front().bytes().size();
  wire::write_u16(header.data() + 2, static_cast<std::uint16_t>(size));
  append(rdata, header);
  for (const base::Address& address : found) append(rdata, address.bytes());
}

Bytes address_records(const SteeredName& name, const Endpoints& endpoints) {
  const auto v4 = addresses(endpoints, &model::Endpoint::a);
  const auto v6 = addresses(endpoints, &model::Endpoint::aaaa);
  Bytes out;
  for (const auto& one : v4) append_record(out, wire::type::kA, name.ttl_max, one.bytes());
  for (const auto& one : v6) append_record(out, wire::type::kAaaa, name.ttl_max, one.bytes());
  if (name.https.empty()) return out;
  Bytes rdata = name.https;
  append_hint(rdata, kIpv4Hint, v4);
  append_hint(rdata, kIpv6Hint, v6);
  append_record(out, wire::type::kHttps, name.ttl_max, rdata);
  return out;
}

}  // namespace

Bytes default_records(const Snapshot::Contents& contents, const SteeredName& name) {
  const steer::Plan& plan = name.policy->default_plan();
  if (plan.pools.empty()) return {};
  const std::uint32_t number = plan.pools.front().pool;
  const model::Pool& pool = *contents.pools.pools()[number];
  const Endpoints endpoints = default_endpoints(pool);
  const auto& targets = contents.cname_targets[number];
  if (targets.empty()) return address_records(name, endpoints);
  Bytes out;
  const auto first = static_cast<std::size_t>(endpoints.front() - pool.endpoints.data());
  append_record(out, wire::type::kCname, name.ttl_max, targets[first].bytes());
  return out;
}

}  // namespace loadstar::answer
