#pragma once

#include <array>
#include <span>
#include <string_view>

namespace loadstar::model {

/// Of the databases' continent codes, all.
inline constexpr std::array<std::string_view, 7> kContinents{"AF", "AN", "AS", "EU",
                                                             "NA", "OC", "SA"};

/// ISO 3166-1 alpha-2 codes and "XK", which the databases use for Kosovo.
[[nodiscard]] std::span<const std::string_view> countries();

[[nodiscard]] bool is_country(std::string_view code);

/// Country, hyphen, one to three letters or digits of ISO 3166-2; upper case.
[[nodiscard]] bool is_subdivision(std::string_view code);

}  // namespace loadstar::model
