#include "geography.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace loadstar::model {
namespace {

constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
    "BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ "
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL "
    "GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM "
    "JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD "
    "SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
    "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

std::vector<std::string_view> split_codes() {
  std::vector<std::string_view> codes;
  for (std::size_t i = 0; i < kCountries.size(); i += 3) codes.push_back(kCountries.substr(i, 2));
  codes.push_back("XK");
  std::ranges::sort(codes);
  return codes;
}

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

bool is_continent(std::string_view code) {
  return std::ranges::find(kContinents, code) != kContinents.end();
}

bool is_country(std::string_view code) {
  static const std::vector<std::string_view> codes = split_codes();
  return std::ranges::binary_search(codes, code);
}

bool is_subdivision(std::string_view code) {
  if (code.size() < 4 || code.size() > 6 || code[2] != '-') return false;
  return is_country(code.substr(0, 2)) && std::ranges::all_of(code.substr(3), is_upper_or_digit);
}

std::string code_hint(std::string_view code, bool (*is_known)(std::string_view)) {
  std::string right(code);
  std::ranges::transform(right, right.begin(), upper);
  if (right == "UK") right = "GB";
  return is_known(right) ? fmt::format("; did you mean \"{}\"?", right) : std::string{};
}

}  // namespace loadstar::model
