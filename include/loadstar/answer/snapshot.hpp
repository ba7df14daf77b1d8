#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/answer/serials.hpp"
#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/siphash.hpp"
#include "loadstar/geo/database.hpp"
#include "loadstar/model/loader.hpp"
#include "loadstar/steer/policy.hpp"

namespace loadstar::answer {

/// What a snapshot is made from.
struct SnapshotSource {
  std::vector<std::shared_ptr<const model::Zone>> zones;
  std::vector<model::MasterFile> master_files;
  std::shared_ptr<const geo::Databases> databases;
  model::OnAllDown::Kind on_all_down = model::OnAllDown::Kind::All;
  /// Of DNS cookies: the first makes them, all are accepted (RFC 9018 5). Empty: no cookies.
  std::vector<base::SipKey> cookie_secrets{};
  KnownSerials serials{};  ///< under which zones were served before
};

/// Everything that changes only when files change: names, rendered RRsets, policies with their
/// partitions. Immutable.
class Snapshot {
 public:
  /// All that is wrong with records and names goes to `diagnostics`; null when there were errors.
  [[nodiscard]] static std::shared_ptr<const Snapshot> compile(const SnapshotSource& source,
                                                               base::Diagnostics& diagnostics);

  /// Parallel to State::pools.
  [[nodiscard]] const std::vector<std::shared_ptr<const model::Pool>>& pools() const noexcept;

  /// Those of its zones.
  [[nodiscard]] const KnownSerials& serials() const noexcept;

  ~Snapshot();
  struct Contents;
  [[nodiscard]] const Contents& contents() const noexcept { return *contents_; }

 private:
  explicit Snapshot(std::unique_ptr<const Contents> contents);
  std::unique_ptr<const Contents> contents_;
};

}  // namespace loadstar::answer
