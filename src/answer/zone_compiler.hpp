#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/zone.hpp"
#include "loadstar/zone/content.hpp"

#include "contents.hpp"
#include "serial_keeper.hpp"

namespace loadstar::answer {

/// Turns the zones of a source into contents for the catalog, and what they steer into compiled
/// policies.
class ZoneCompiler {
 public:
  ZoneCompiler(const SnapshotSource& source, Snapshot::Contents& contents,
               base::Diagnostics& diagnostics)
      : source_(source),
        contents_(contents),
        diagnostics_(diagnostics),
        serials_(source.serials, diagnostics) {}

  [[nodiscard]] std::vector<zone::Content> compile();

 private:
  [[nodiscard]] zone::Content compile_zone(const model::Zone& zone);
  [[nodiscard]] zone::Content compile_master_file(const model::MasterFile& file);
  void add_owner(const model::Zone& zone, const model::Owner& owner, const wire::Name& origin,
                 zone::ContentBuilder& builder);
  void add_record(const model::RecordText& record, const wire::Name& owner, std::uint32_t ttl,
                  base::Where where, zone::ContentBuilder& builder);
  void add_steered(const model::Steer& steer, const wire::Name& owner, const model::Ttl& ttl,
                   zone::ContentBuilder& builder);
  [[nodiscard]] zone::SoaFields soa_fields(const model::Zone& zone, const wire::Name& origin);
  [[nodiscard]] std::shared_ptr<const steer::Policy> policy_of(
      const std::shared_ptr<const model::Policy>& policy);
  [[nodiscard]] wire::Name name_or_root(std::string_view text, const wire::Name& origin,
                                        base::Where where);
  void collect_cname_targets();

  const SnapshotSource& source_;
  Snapshot::Contents& contents_;
  base::Diagnostics& diagnostics_;
  SerialKeeper serials_;
  std::map<const model::Policy*, std::shared_ptr<const steer::Policy>> policies_;
};

}  // namespace loadstar::answer
