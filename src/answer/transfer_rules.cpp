#include "loadstar/answer/transfer_rules.hpp"

#include <algorithm>
#include <string_view>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::answer {
namespace {

wire::Name name_of(std::string_view text) {
  const auto name = wire::Name::parse(text, {});
  if (!name) throw base::ConfigError(name.error());
  return name->lowered();
}

wire::TsigAlgorithm algorithm_of(model::KeyAlgorithm algorithm) {
  switch (algorithm) {
    case model::KeyAlgorithm::HmacSha256: return wire::TsigAlgorithm::HmacSha256;
    case model::KeyAlgorithm::HmacSha384: return wire::TsigAlgorithm::HmacSha384;
    case model::KeyAlgorithm::HmacSha512: return wire::TsigAlgorithm::HmacSha512;
  }
  return wire::TsigAlgorithm::HmacSha256;
}

}  // namespace

TransferRules::TransferRules(const std::vector<model::TsigKey>& keys,
                             const std::vector<model::TransferRule>& rules) {
  for (const model::TsigKey& key : keys)
    keys_.push_back({name_of(key.name), algorithm_of(key.algorithm), key.secret});
  for (const model::TransferRule& one : rules) {
    Rule rule{.zones = {}, .to = one.to};
    for (const std::string& zone : one.zones) rule.zones.push_back(name_of(zone));
    if (!one.key.empty()) rule.key = key(name_of(one.key));
    rules_.push_back(std::move(rule));
  }
}

const wire::TsigKey* TransferRules::key(const wire::Name& name) const noexcept {
  const auto found = std::ranges::find(keys_, name, &wire::TsigKey::name);
  return found == keys_.end() ? nullptr : &*found;
}

bool TransferRules::allows(const wire::Name& origin, const base::Address& client,
                           const wire::TsigKey* key) const noexcept {
  return std::ranges::any_of(rules_,
                             [&](const Rule& rule) { return rule.allows(origin, client, key); });
}

bool TransferRules::Rule::allows(const wire::Name& origin, const base::Address& client,
                                 const wire::TsigKey* signed_with) const noexcept {
  if (to.empty() && key == nullptr) return false;
  if (!zones.empty() && std::ranges::find(zones, origin) == zones.end()) return false;
  if (key != nullptr && signed_with != key) return false;
  return to.empty() || std::ranges::any_of(
                           to, [&](const base::Prefix& prefix) { return prefix.contains(client); });
}

TransferRules::Place TransferRules::take_place() const noexcept {
  if (taken_.fetch_add(1) < kMaxTransfers) return Place(&taken_);
  taken_.fetch_sub(1);
  return nullptr;
}

}  // namespace loadstar::answer
