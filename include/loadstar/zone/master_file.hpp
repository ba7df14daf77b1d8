#pragma once

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/zone/content.hpp"

namespace loadstar::zone {

/// Reads an RFC 1035 master file (with $ORIGIN and $TTL; $INCLUDE is refused) into `builder`. A
/// line that is wrong is one diagnostic with its line; the lines after it are still read.
void read_master_file(const base::SourceFile& file, const wire::Name& origin,
                      ContentBuilder& builder, base::Diagnostics& diagnostics);

}  // namespace loadstar::zone
