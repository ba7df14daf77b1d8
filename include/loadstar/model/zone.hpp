#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/huge_pages.hpp"
#include "loadstar/model/policy.hpp"

namespace loadstar::model {

/// A time to live in seconds. min < max: between them it follows health (zone format, section 6).
struct Ttl {
  std::uint32_t min = 60;
  std::uint32_t max = 60;
};

/// One record of static data as text, in the type's presentation format. ldns parses it when the
/// zone is built. The text is the zone's.
struct RecordText {
  std::string_view type;     ///< "MX", "TYPE65280"
  std::string_view rdata;    ///< "10 mail.example.com."
  std::uint32_t offset = 0;  ///< of the value in the zone's file
};

/// What "steer" says of a name.
struct Steer {
  std::shared_ptr<const Policy> policy;  ///< a pool in the file becomes a policy of one rule
  base::Where where;
};

/// Everything at one owner name. A zone can have millions of them.
struct Owner {
  std::string_view name;  ///< as written: relative to the zone, "@", or absolute with its final
                          ///< dot; the text is the zone's
  std::uint32_t first_record = 0;  ///< see Zone::records_of()
  std::uint32_t record_count = 0;
  std::uint32_t offset = 0;  ///< of the key in the zone's file
  std::optional<Ttl> ttl;
  std::shared_ptr<const Steer> steer;  ///< null: static data only
};

/// The parts of a SOA record that the file may give.
struct Soa {
  std::string mname;  ///< relative or absolute; "" = the first NS of the apex
  std::string rname;  ///< "" = hostmaster.<zone>
  std::uint32_t refresh = 3600;
  std::uint32_t retry = 600;
  std::uint32_t expire = 604'800;
  std::uint32_t minimum = 60;
  std::optional<std::uint32_t> serial;  ///< not given: made from the times of the files
  base::Where where;
};

/// One zone, complete in itself: what it names of a library it holds a share of, so that it stays
/// whole when the library's file changes.
struct Zone {
  std::string origin;  ///< absolute, lower case, with the final dot: "gslb.example.com."
  Ttl ttl;
  Soa soa;
  base::HugeVector<Owner> owners;
  base::HugeVector<RecordText> records;            ///< of all owners, one after another
  std::vector<std::shared_ptr<const Pool>> pools;  ///< all that its policies can reach, each once
  std::shared_ptr<const base::SourceFile> file;
  std::vector<std::shared_ptr<const base::SourceFile>>
      files;  ///< its own and the libraries', for Where
  /// Keeps the texts that are not in `file` as they are, since they had escapes.
  std::shared_ptr<const void> unescaped;

  /// A place in its own file.
  [[nodiscard]] base::Where at(std::uint32_t offset) const noexcept { return {file.get(), offset}; }
  [[nodiscard]] std::span<const RecordText> records_of(const Owner& owner) const noexcept {
    return std::span(records).subspan(owner.first_record, owner.record_count);
  }
};

}  // namespace loadstar::model
