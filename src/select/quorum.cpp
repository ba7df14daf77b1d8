#include "loadstar/select/quorum.hpp"

#include <cmath>

namespace loadstar::select {
namespace {

// Absorbs what multiplying a decimal share leaves over, so that 7 % of 100 is 7 and not 8.
constexpr double kShareSlack = 1e-9;

}  // namespace

std::uint32_t needed_of(const CountOrShare& wanted, std::uint32_t present) noexcept {
  if (const auto* number = std::get_if<std::uint32_t>(&wanted)) return *number;
  const double share = *std::get_if<double>(&wanted);
  return static_cast<std::uint32_t>(std::ceil(share * present - kShareSlack));
}

}  // namespace loadstar::select
