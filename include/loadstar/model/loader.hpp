#pragma once
// From a zones directory to validated, typed zones.
//
//   *.json ──► JSON with comments ──► positions kept ──► names resolved ──► model::Zone, complete
//   in itself
//   *.zone ──► MasterFile (text only; the zone module parses it with ldns)
//
// Every mistake of every file is collected. Nothing here knows health, sockets or DNS wire format.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/zone.hpp"

namespace loadstar::model {

/// An RFC 1035 master file, unparsed; its origin is the file's name without ".zone".
struct MasterFile {
  std::string origin;  ///< absolute, lower case, with the final dot
  std::shared_ptr<const base::SourceFile> file;
};

struct LoadedZones {
  std::vector<std::shared_ptr<const Zone>> zones;  ///< those without an error in their own file
  std::vector<MasterFile> master_files;
  /// Origins of files that had an error, as far as they could be told; their last good version goes
  /// on serving.
  std::vector<std::string> broken;
  /// An error that concerns more than one zone (library, unreadable directory): nothing of this
  /// load may be used.
  bool libraries_broken = false;
  base::Diagnostics diagnostics;
};

/// Reads files and directories (their *.json and *.zone, sorted by name, not recursive). A path
/// that does not exist is a diagnostic, as is everything else that is wrong.
[[nodiscard]] LoadedZones load_zones(const std::vector<std::filesystem::path>& paths);

/// A file from a text, as load_zones() would have read it: diagnostics of *.json name JSON paths.
/// `modified` is in seconds since 1970.
[[nodiscard]] std::shared_ptr<const base::SourceFile> make_source(std::string name,
                                                                  std::string text,
                                                                  std::int64_t modified = 0);

/// The same from texts, for tests and fuzzing: each file's name decides what it is.
[[nodiscard]] LoadedZones load_zones(std::vector<std::shared_ptr<const base::SourceFile>> files);

}  // namespace loadstar::model
