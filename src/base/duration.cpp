#include "loadstar/base/duration.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace loadstar::base {
namespace {

struct Unit {
  std::string_view name;
  long long milliseconds;
};

// Largest first, so that to_string takes the first that divides.
constexpr std::array<Unit, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr double kLongest = 10.0 * 366 * 86'400'000;

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  double count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count, std::chars_format::fixed);
  if (error != std::errc{} || !(count >= 0)) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    const double total = count * static_cast<double>(unit.milliseconds);
    if (total > kLongest) return std::nullopt;
    return Duration(static_cast<long long>(total + 0.5));
  }
  return std::nullopt;
}

std::string to_string(Duration duration) {
  if (duration.count() == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.milliseconds == 0)
      return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
  }
  return fmt::format("{}ms", duration.count());
}

}  // namespace loadstar::base
