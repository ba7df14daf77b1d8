#include "zone_compiler.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/zone/master_file.hpp"

#include "monitor_faults.hpp"

namespace loadstar::answer {
namespace {

/// Types that are questions or parts of a message, not data (RFC 6895 3.1); SOA is generated.
bool can_be_data(std::uint16_t type) {
  const bool meta = type >= 128 && type <= 255;
  return type != 0 && type != wire::type::kOpt && !meta;
}

void append_u16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// Priority, target "." (the owner itself), alpn and port: keys in ascending order (RFC 9460 2.2).
std::vector<std::uint8_t> https_prefix(const model::HttpsAnswer& https) {
  constexpr std::size_t kAlpn = 1;
  constexpr std::size_t kPort = 3;
  std::vector<std::uint8_t> alpn;
  for (const std::string& protocol : https.alpn) {
    alpn.push_back(static_cast<std::uint8_t>(protocol.size()));
    alpn.insert(alpn.end(), protocol.begin(), protocol.end());
  }
  std::vector<std::uint8_t> rdata;
  append_u16(rdata, https.priority);
  rdata.push_back(0);
  if (!alpn.empty()) {
    append_u16(rdata, kAlpn);
    append_u16(rdata, alpn.size());
    rdata.insert(rdata.end(), alpn.begin(), alpn.end());
  }
  if (https.port != 0) {
    append_u16(rdata, kPort);
    append_u16(rdata, 2);
    append_u16(rdata, https.port);
  }
  return rdata;
}

std::uint16_t types_of(const model::Pool& pool) {
  std::uint16_t types = 0;
  for (const model::Endpoint& endpoint : pool.endpoints) {
    if (endpoint.a) types |= zone::steered::kA;
    if (endpoint.aaaa) types |= zone::steered::kAaaa;
    if (!endpoint.cname.empty()) types |= zone::steered::kCname;
  }
  return types;
}

/// About the bytes of a zone's names and RDATA.
std::size_t bytes_of(const model::Zone& zone, const wire::Name& origin) {
  std::size_t bytes = 0;
  for (const model::Owner& owner : zone.owners) {
    const auto records = zone.records_of(owner);
    bytes += records.size() * (1 + owner.name.size() + origin.length());
    for (const model::RecordText& record : records) bytes += record.rdata.size();
  }
  return bytes;
}

/// What any client of the policy can get.
std::uint16_t types_of(const model::Policy& policy) {
  std::uint16_t types = policy.https ? zone::steered::kHttps : std::uint16_t{0};
  const auto add = [&](const std::optional<model::OnAllDown>& on_all_down) {
    if (on_all_down && on_all_down->pool) types |= types_of(*on_all_down->pool);
  };
  add(policy.on_all_down);
  for (const model::Rule& rule : policy.rules) {
    add(rule.on_all_down);
    for (const model::RulePool& pool : rule.pools) types |= types_of(*pool.pool);
  }
  return types;
}

}  // namespace

std::vector<zone::Content> ZoneCompiler::compile() {
  std::vector<zone::Content> zones;
  zones.reserve(source_.zones.size() + source_.master_files.size());
  for (const auto& zone : source_.zones) zones.push_back(compile_zone(*zone));
  for (const model::MasterFile& file : source_.master_files)
    zones.push_back(compile_master_file(file));
  collect_cname_targets();
  contents_.policy_count = policies_.size();
  contents_.serials = serials_.settled();
  return zones;
}

zone::Content ZoneCompiler::compile_zone(const model::Zone& zone) {
  const base::Where whole{zone.file.get(), 0};
  const wire::Name origin = name_or_root(zone.origin, {}, whole);
  zone::ContentBuilder builder(origin, whole, diagnostics_);
  builder.generate_soa(soa_fields(zone, origin));
  builder.reserve(zone.records.size(), bytes_of(zone, origin));
  for (const model::Owner& owner : zone.owners) add_owner(zone, owner, origin, builder);
  report_monitor_faults(zone, diagnostics_);
  return builder.finish();
}

zone::Content ZoneCompiler::compile_master_file(const model::MasterFile& file) {
  const base::Where whole{file.file.get(), 0};
  const wire::Name origin = name_or_root(file.origin, {}, whole);
  zone::ContentBuilder builder(origin, whole, diagnostics_);
  zone::read_master_file(*file.file, origin, builder, diagnostics_);
  zone::Content content = builder.finish();
  serials_.note(file, content.serial());
  return content;
}

zone::SoaFields ZoneCompiler::soa_fields(const model::Zone& zone, const wire::Name& origin) {
  const model::Soa& soa = zone.soa;
  zone::SoaFields fields;
  if (!soa.mname.empty()) fields.mname = name_or_root(soa.mname, origin, soa.where);
  fields.rname = name_or_root(soa.rname.empty() ? "hostmaster" : soa.rname, origin, soa.where);
  fields.serial = serials_.settle(zone);
  fields.refresh = soa.refresh;
  fields.retry = soa.retry;
  fields.expire = soa.expire;
  fields.minimum = soa.minimum;
  fields.ttl = zone.ttl.max;
  return fields;
}

void ZoneCompiler::add_owner(const model::Zone& zone, const model::Owner& owner,
                             const wire::Name& origin, zone::ContentBuilder& builder) {
  const auto name = wire::Name::parse(owner.name, origin);
  if (!name) return diagnostics_.error(zone.at(owner.offset), name.error());
  const model::Ttl ttl = owner.ttl.value_or(zone.ttl);
  for (const model::RecordText& record : zone.records_of(owner))
    add_record(record, *name, ttl.max, zone.at(record.offset), builder);
  if (owner.steer) add_steered(*owner.steer, *name, ttl, builder);
}

void ZoneCompiler::add_record(const model::RecordText& record, const wire::Name& owner,
                              std::uint32_t ttl, base::Where where, zone::ContentBuilder& builder) {
  const auto type = wire::parse_type(record.type);
  if (!type || !can_be_data(*type)) {
    return diagnostics_.error(where, fmt::format("\"{}\" is not a type of records", record.type));
  }
  if (*type == wire::type::kSoa) {
    return diagnostics_.error(where,
                              "the SOA record is generated; say what it holds under \"soa\"");
  }
  builder.add_text(owner, *type, ttl, record.rdata, where);
}

void ZoneCompiler::add_steered(const model::Steer& steer, const wire::Name& owner,
                               const model::Ttl& ttl, zone::ContentBuilder& builder) {
  SteeredName name;
  name.policy = policy_of(steer.policy);
  name.ttl_min = ttl.min;
  name.ttl_max = ttl.max;
  if (steer.policy->https) name.https = https_prefix(*steer.policy->https);
  const auto index = static_cast<std::uint32_t>(contents_.steered.size());
  contents_.steered.push_back(std::move(name));
  builder.add_steered(owner, {index, types_of(*steer.policy)}, steer.where);
}

std::shared_ptr<const steer::Policy> ZoneCompiler::policy_of(
    const std::shared_ptr<const model::Policy>& policy) {
  auto& compiled = policies_[policy.get()];
  if (compiled == nullptr) {
    const auto index = static_cast<std::uint32_t>(policies_.size() - 1);
    compiled = steer::Policy::compile(policy, *source_.databases, contents_.pools,
                                      {source_.on_all_down, nullptr}, index);
  }
  return compiled;
}

wire::Name ZoneCompiler::name_or_root(std::string_view text, const wire::Name& origin,
                                      base::Where where) {
  const auto name = wire::Name::parse(text, origin);
  if (!name) diagnostics_.error(where, name.error());
  return name.value_or(wire::Name{});
}

/// Names of cname endpoints are absolute; the root stands for what could not be read, and was
/// reported.
void ZoneCompiler::collect_cname_targets() {
  for (const auto& pool : contents_.pools.pools()) {
    auto& targets = contents_.cname_targets.emplace_back();
    if ((types_of(*pool) & zone::steered::kCname) == 0) continue;
    for (const model::Endpoint& endpoint : pool->endpoints)
      targets.push_back(name_or_root(endpoint.cname, {}, endpoint.where));
  }
}

}  // namespace loadstar::answer
