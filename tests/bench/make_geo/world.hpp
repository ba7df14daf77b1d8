#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::bench {

struct Country {
  std::string_view continent, code;
};

/// The largest address space first, roughly.
inline constexpr std::array kCountries = std::to_array<Country>({
    {"NA", "US"}, {"AS", "CN"}, {"AS", "JP"}, {"EU", "DE"}, {"EU", "GB"}, {"AS", "KR"},
    {"SA", "BR"}, {"EU", "FR"}, {"NA", "CA"}, {"EU", "IT"}, {"EU", "NL"}, {"OC", "AU"},
    {"EU", "RU"}, {"AS", "IN"}, {"AS", "TW"}, {"EU", "ES"}, {"EU", "SE"}, {"NA", "MX"},
    {"AF", "ZA"}, {"EU", "BE"}, {"AF", "EG"}, {"EU", "PL"}, {"EU", "CH"}, {"SA", "AR"},
    {"SA", "CO"}, {"AS", "ID"}, {"AS", "TR"}, {"AS", "VN"}, {"EU", "NO"}, {"AS", "HK"},
    {"EU", "FI"}, {"EU", "DK"}, {"EU", "AT"}, {"AS", "IR"}, {"AS", "SA"}, {"AF", "MA"},
    {"EU", "RO"}, {"AS", "SG"}, {"SA", "CL"}, {"EU", "CZ"}, {"AS", "TH"}, {"EU", "UA"},
    {"AF", "TN"}, {"OC", "NZ"}, {"AS", "IL"}, {"EU", "PT"}, {"EU", "HU"}, {"AS", "MY"},
    {"EU", "IE"}, {"EU", "GR"}, {"SA", "VE"}, {"AF", "KE"}, {"AF", "DZ"}, {"AS", "PH"},
    {"AS", "PK"}, {"EU", "BG"}, {"AS", "AE"}, {"SA", "PE"}, {"AF", "NG"}, {"SA", "EC"},
    {"AS", "KZ"}, {"EU", "LT"}, {"EU", "SK"}, {"AF", "SD"}, {"NA", "CR"}, {"SA", "UY"},
    {"EU", "RS"}, {"EU", "HR"}, {"NA", "PA"}, {"AS", "KW"}, {"EU", "SI"}, {"EU", "LV"},
    {"EU", "MD"}, {"AF", "MU"}, {"AF", "AO"}, {"AS", "BD"}, {"AF", "CI"}, {"NA", "DO"},
    {"EU", "EE"}, {"EU", "LU"}, {"AF", "GH"}, {"AF", "SC"}, {"SA", "PY"}, {"SA", "BO"},
    {"AS", "GE"}, {"EU", "BY"}, {"NA", "GT"}, {"AS", "LB"}, {"AS", "LK"}, {"AS", "OM"},
    {"AF", "TZ"}, {"AF", "ZM"}, {"EU", "IS"}, {"AS", "QA"}, {"NA", "SV"}, {"NA", "HN"},
    {"AF", "UG"}, {"AS", "NP"}, {"OC", "FJ"}, {"NA", "JM"},
});

}  // namespace loadstar::bench
