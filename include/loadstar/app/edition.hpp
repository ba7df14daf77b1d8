#pragma once
// An edition: everything that is served from one reading of the files. When a file is broken, its
// zone goes into the next edition as it was in the last.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/base/diagnostic.hpp"
#include "loadstar/geo/database.hpp"
#include "loadstar/model/policy.hpp"

namespace loadstar::app {

/// Where the files are, and what the server adds to them.
struct Sources {
  std::vector<std::filesystem::path> zones;
  std::vector<std::filesystem::path> geoip;
  model::OnAllDown::Kind on_all_down = model::OnAllDown::Kind::All;
  std::filesystem::path cookie_secrets{};  ///< "": one that is made up
  std::filesystem::path state{};           ///< where serials are remembered; "" = nowhere
};

/// A zone as text: its own file, then the libraries that stood beside it. The model is several
/// times as large, and is made again when this version must stay because the next one is broken.
using ZoneVersion = std::vector<std::shared_ptr<const base::SourceFile>>;

struct EditionZone {
  std::shared_ptr<const ZoneVersion>
      version;  ///< what is served; null: nothing, there never was a good one
  std::vector<base::Diagnostic>
      diagnostics;  ///< not empty: the file is broken, and `version` an earlier one

  [[nodiscard]] bool is_broken() const noexcept { return !diagnostics.empty(); }
};

/// Immutable once read. Safe from any thread.
struct Edition {
  std::map<std::string, EditionZone> zones;  ///< by origin
  std::shared_ptr<const geo::Databases> databases;
  std::vector<base::SipKey> cookie_secrets;
  std::shared_ptr<const answer::Snapshot> snapshot;  ///< null: nothing can be served
  answer::KnownSerials serials;                      ///< of its zones, and of those before it
  base::Diagnostics diagnostics;                     ///< all that was wrong, and the warnings
};

/// Reads all files and compiles what can be served. What is broken stays as it was in `previous`
/// (may be null): single zones, the databases, the secrets, or everything when a library is broken.
/// Remembers the zones' serials in the state directory. Slow: not on a thread that has other things
/// to do.
[[nodiscard]] std::shared_ptr<const Edition> read_edition(const Sources& sources,
                                                          const Edition* previous);

}  // namespace loadstar::app
