#pragma once
// serials.txt in the state directory: under which serial each zone was served last, so that a
// restart neither takes a serial back nor raises one without need.
//
//   example.com. 1764000000 9f86d081884c7d65      origin, serial, fingerprint of its files

#include <filesystem>

#include "loadstar/answer/serials.hpp"
#include "loadstar/base/diagnostic.hpp"

namespace loadstar::app {

/// None when there is no such file yet, or, with a warning, when it is broken.
[[nodiscard]] answer::KnownSerials read_serials(const std::filesystem::path& state,
                                                base::Diagnostics& diagnostics);

/// A file that cannot be written is a warning.
void write_serials(const std::filesystem::path& state, const answer::KnownSerials& serials,
                   base::Diagnostics& diagnostics);

}  // namespace loadstar::app
