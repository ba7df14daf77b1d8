#pragma once

#include <array>
#include <string>
#include <string_view>

namespace loadstar::model {

/// Of the databases' continent codes, all.
inline constexpr std::array<std::string_view, 7> kContinents{"AF", "AN", "AS", "EU",
                                                             "NA", "OC", "SA"};

[[nodiscard]] bool is_continent(std::string_view code);

/// ISO 3166-1 alpha-2 codes, and "XK", which the databases use for Kosovo.
[[nodiscard]] bool is_country(std::string_view code);

/// Country, hyphen, one to three letters or digits of ISO 3166-2; upper case.
[[nodiscard]] bool is_subdivision(std::string_view code);

/// `; did you mean "DE"?` for "de", and for "UK" the code that it has, else "". Between codes of
/// two letters, more would be guessing.
[[nodiscard]] std::string code_hint(std::string_view code, bool (*is_known)(std::string_view));

}  // namespace loadstar::model
