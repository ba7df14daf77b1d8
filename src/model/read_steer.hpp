#pragma once

#include "loadstar/model/zone.hpp"

#include "definitions.hpp"

namespace loadstar::model {

/// "steer" of an owner: names a policy, holds one, or holds a pool. The latter two are named after
/// the owner.
[[nodiscard]] std::optional<Steer> read_steer(Context& context, json::Value value,
                                              std::string_view owner);

/// What must not stand beside "steer". `member` is the owner's.
void check_steer(Context& context, json::Value member, const Owner& owner);

}  // namespace loadstar::model
