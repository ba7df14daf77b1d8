#include "loadstar/answer/snapshot.hpp"

#include "loadstar/base/random.hpp"

#include "contents.hpp"
#include "zone_compiler.hpp"

namespace loadstar::answer {

Snapshot::Snapshot(std::unique_ptr<const Contents> contents) : contents_(std::move(contents)) {}
Snapshot::~Snapshot() = default;

const std::vector<std::shared_ptr<const model::Pool>>& Snapshot::pools() const noexcept {
  return contents_->pools.pools();
}

const KnownSerials& Snapshot::serials() const noexcept { return contents_->serials; }

std::shared_ptr<const Snapshot> Snapshot::compile(const SnapshotSource& source,
                                                  base::Diagnostics& diagnostics) {
  auto contents = std::make_unique<Contents>();
  contents->databases = source.databases;
  contents->cookie_secrets = source.cookie_secrets;
  ZoneCompiler compiler(source, *contents, diagnostics);
  const std::vector<zone::Content> zones = compiler.compile();
  if (diagnostics.has_errors()) return nullptr;
  contents->catalog = zone::Catalog::build(zones, base::entropy());
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(contents)));
}

}  // namespace loadstar::answer
