#include "unused.hpp"

namespace loadstar::model {
namespace {

template <class T>
void find_unused_of(const Definitions& definitions, const KindOf<T>& kind,
                    const std::function<void(const base::Where&, std::string)>& warn) {
  for (const auto& [name, entry] : (definitions.*kind.names).entries()) {
    if (!entry.used) warn(entry.where, fmt::format("{} \"{}\" is not used", kind.word, name));
  }
}

}  // namespace

void find_unused(const Definitions& definitions,
                 const std::function<void(const base::Where& where, std::string message)>& warn) {
  find_unused_of(definitions, kRegions, warn);
  find_unused_of(definitions, kAreas, warn);
  find_unused_of(definitions, kMonitors, warn);
  find_unused_of(definitions, kPools, warn);
  find_unused_of(definitions, kPolicies, warn);
}

}  // namespace loadstar::model
