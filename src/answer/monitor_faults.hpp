#pragma once

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/model/zone.hpp"

namespace loadstar::answer {

/// Reports what the "dns" monitors of a zone ask for that is no type or no data of its type, which
/// is known only where records are.
void report_monitor_faults(const model::Zone& zone, base::Diagnostics& diagnostics);

}  // namespace loadstar::answer
