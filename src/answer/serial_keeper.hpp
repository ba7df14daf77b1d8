#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "loadstar/answer/serials.hpp"
#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/loader.hpp"

namespace loadstar::answer {

/// Gives zones their serials: the one in the file, else the time of the newest of its files. A zone
/// whose files say what they said before keeps its serial; one that has changed gets a higher one.
class SerialKeeper {
 public:
  /// Both must outlive the keeper. Serials that secondaries will not take are warned of.
  SerialKeeper(const KnownSerials& known, base::Diagnostics& diagnostics)
      : known_(known), diagnostics_(diagnostics) {}

  [[nodiscard]] std::uint32_t settle(const model::Zone& zone);
  /// A master file has its serial in it.
  void note(const model::MasterFile& file, std::uint32_t serial);

  [[nodiscard]] const KnownSerials& settled() const noexcept { return settled_; }

 private:
  [[nodiscard]] std::uint64_t fingerprint_of(const base::SourceFile& file);
  [[nodiscard]] std::uint64_t fingerprint_of(const model::Zone& zone);
  /// How the zone was served before, if it has changed since.
  [[nodiscard]] const KnownSerial* superseded(const std::string& origin,
                                              std::uint64_t fingerprint) const;
  [[nodiscard]] std::uint32_t from_times(const model::Zone& zone, std::uint64_t fingerprint);
  void note_given(const std::string& origin, KnownSerial given, const base::Where& where);

  const KnownSerials& known_;
  base::Diagnostics& diagnostics_;
  KnownSerials settled_;
  std::map<const base::SourceFile*, std::uint64_t>
      fingerprints_;  // of libraries: many zones' files
};

}  // namespace loadstar::answer
