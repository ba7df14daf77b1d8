#include "loadstar/health/ramp.hpp"

#include <algorithm>

namespace loadstar::health {
namespace {

/// After the first percent, which there is at once.
constexpr int kSteps = 99;

}  // namespace

Ramp ramp(const Agreed& agreed, base::Duration length, base::TimePoint now) noexcept {
  if (agreed.verdict != Verdict::Up || agreed.transitions == 0) return {};
  const auto age = std::chrono::floor<base::Duration>(now - agreed.since);
  if (age >= length) return {};
  const auto step = std::max(age, base::Duration(0)) * kSteps / length;
  const auto next = std::chrono::ceil<base::Duration>(length * (step + 1) / double{kSteps}) - age;
  return {.percent = static_cast<std::uint8_t>(1 + step), .next_step = std::max(next, kLeastStep)};
}

}  // namespace loadstar::health
