#include "loadstar/wire/types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>

namespace loadstar::wire {
namespace {

struct TypeName {
  std::uint16_t number;
  std::string_view text;
};

// IANA, "Resource Record (RR) TYPEs", in order of number. "*" (255) goes by its usual name.
constexpr auto kTypes = std::to_array<TypeName>({
    {1, "A"},           {2, "NS"},        {3, "MD"},        {4, "MF"},       {5, "CNAME"},
    {6, "SOA"},         {7, "MB"},        {8, "MG"},        {9, "MR"},       {10, "NULL"},
    {11, "WKS"},        {12, "PTR"},      {13, "HINFO"},    {14, "MINFO"},   {15, "MX"},
    {16, "TXT"},        {17, "RP"},       {18, "AFSDB"},    {19, "X25"},     {20, "ISDN"},
    {21, "RT"},         {22, "NSAP"},     {23, "NSAP-PTR"}, {24, "SIG"},     {25, "KEY"},
    {26, "PX"},         {27, "GPOS"},     {28, "AAAA"},     {29, "LOC"},     {30, "NXT"},
    {31, "EID"},        {32, "NIMLOC"},   {33, "SRV"},      {34, "ATMA"},    {35, "NAPTR"},
    {36, "KX"},         {37, "CERT"},     {38, "A6"},       {39, "DNAME"},   {40, "SINK"},
    {41, "OPT"},        {42, "APL"},      {43, "DS"},       {44, "SSHFP"},   {45, "IPSECKEY"},
    {46, "RRSIG"},      {47, "NSEC"},     {48, "DNSKEY"},   {49, "DHCID"},   {50, "NSEC3"},
    {51, "NSEC3PARAM"}, {52, "TLSA"},     {53, "SMIMEA"},   {55, "HIP"},     {56, "NINFO"},
    {57, "RKEY"},       {58, "TALINK"},   {59, "CDS"},      {60, "CDNSKEY"}, {61, "OPENPGPKEY"},
    {62, "CSYNC"},      {63, "ZONEMD"},   {64, "SVCB"},     {65, "HTTPS"},   {66, "DSYNC"},
    {67, "HHIT"},       {68, "BRID"},     {99, "SPF"},      {100, "UINFO"},  {101, "UID"},
    {102, "GID"},       {103, "UNSPEC"},  {104, "NID"},     {105, "L32"},    {106, "L64"},
    {107, "LP"},        {108, "EUI48"},   {109, "EUI64"},   {128, "NXNAME"}, {249, "TKEY"},
    {250, "TSIG"},      {251, "IXFR"},    {252, "AXFR"},    {253, "MAILB"},  {254, "MAILA"},
    {255, "ANY"},       {256, "URI"},     {257, "CAA"},     {258, "AVC"},    {259, "DOA"},
    {260, "AMTRELAY"},  {261, "RESINFO"}, {262, "WALLET"},  {263, "CLA"},    {264, "IPN"},
    {32768, "TA"},      {32769, "DLV"},
});
static_assert(std::ranges::is_sorted(kTypes, {}, &TypeName::number));

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, upper, upper);
}

constexpr std::string_view kGenericPrefix = "TYPE";
constexpr std::size_t kMostDigits = 5;

/// "TYPE65280" (RFC 3597 5).
std::optional<std::uint16_t> parse_generic_type(std::string_view text) {
  if (!equal_ignoring_case(text.substr(0, kGenericPrefix.size()), kGenericPrefix)) return {};
  const std::string_view digits = text.substr(kGenericPrefix.size());
  if (digits.size() > kMostDigits) return {};
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc{} || end != digits.end()) return {};
  return number;
}

}  // namespace

std::optional<std::uint16_t> parse_type(std::string_view text) {
  const auto found = std::ranges::find_if(
      kTypes, [&](const TypeName& type) { return equal_ignoring_case(type.text, text); });
  return found != kTypes.end() ? std::optional(found->number) : parse_generic_type(text);
}

std::string type_to_string(std::uint16_t type) {
  const auto found = std::ranges::lower_bound(kTypes, type, {}, &TypeName::number);
  if (found != kTypes.end() && found->number == type) return std::string(found->text);
  return std::string(kGenericPrefix) + std::to_string(type);
}

}  // namespace loadstar::wire
