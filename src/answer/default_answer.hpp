#pragma once

#include <cstdint>
#include <vector>

#include "contents.hpp"

namespace loadstar::answer {

/// What a zone transfer says of a steered name, which has no single truth: what a client of no
/// known place gets while everything is up. That is the first pool in the order of the rule that
/// holds for it, with all of its endpoints but those that the file withdraws or keeps in reserve;
/// of a pool of cname endpoints the first. No records when no rule holds. Does not depend on
/// health.
///
/// Rendered records, by type in ascending order. Allocates.
[[nodiscard]] std::vector<std::uint8_t> default_records(const Snapshot::Contents& contents,
                                                        const SteeredName& name);

}  // namespace loadstar::answer
