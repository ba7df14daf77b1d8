#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/model/transfer.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::answer {

/// Transfers under way at once, of all workers; each holds on to the snapshot it began with.
inline constexpr std::uint32_t kMaxTransfers = 32;

/// The keys that queries may be signed with, and who may have which zone (RFC 5936 5). Shared by
/// all workers; does not change.
class TransferRules {
 public:
  TransferRules() = default;
  /// What is wrong with names is an error of the configuration: base::ConfigError.
  TransferRules(const std::vector<model::TsigKey>& keys,
                const std::vector<model::TransferRule>& rules);

  [[nodiscard]] std::span<const wire::TsigKey> keys() const noexcept { return keys_; }
  /// The one of that name; null without.
  [[nodiscard]] const wire::TsigKey* key(const wire::Name& name) const noexcept;

  /// Nobody gets any zone.
  [[nodiscard]] bool is_empty() const noexcept { return rules_.empty(); }
  /// Whether some rule lets a client have the zone. `origin` is lowered; `key` is the one that its
  /// query was signed with, null when it was not.
  [[nodiscard]] bool allows(const wire::Name& origin, const base::Address& client,
                            const wire::TsigKey* key) const noexcept;

  /// One of the kMaxTransfers places, given back by its end.
  struct Leave {
    void operator()(std::atomic<std::uint32_t>* taken) const noexcept { taken->fetch_sub(1); }
  };
  using Place = std::unique_ptr<std::atomic<std::uint32_t>, Leave>;
  /// Null when all are taken. The rules must outlive it.
  [[nodiscard]] Place take_place() const noexcept;

 private:
  struct Rule {
    std::vector<wire::Name> zones;  // empty: all
    std::vector<base::Prefix> to;   // empty: whoever has the key
    const wire::TsigKey* key = nullptr;

    [[nodiscard]] bool allows(const wire::Name& origin, const base::Address& client,
                              const wire::TsigKey* signed_with) const noexcept;
  };

  std::vector<wire::TsigKey> keys_;
  std::vector<Rule> rules_;
  mutable std::atomic<std::uint32_t> taken_{0};
};

}  // namespace loadstar::answer
