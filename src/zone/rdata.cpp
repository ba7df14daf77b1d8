#include "loadstar/zone/rdata.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "loadstar/base/address.hpp"
#include "loadstar/wire/types.hpp"

#include "ldns_record.hpp"

namespace loadstar::zone {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Example {
  std::uint16_t type;
  std::string_view text;
};

constexpr auto kExamples = std::to_array<Example>({
    {wire::type::kNs, "ns1.example.net."},
    {wire::type::kCname, "www.example.net."},
    {wire::type::kPtr, "host.example.net."},
    {wire::type::kDname, "example.net."},
    {wire::type::kMx, "10 mail.example.net."},
    {wire::type::kTxt, "\"some text\""},
    {wire::type::kSrv, "0 5 5060 sip.example.net."},
    {wire::type::kHttps, "1 . alpn=h2"},
    {wire::type::kSvcb, "1 svc.example.net. port=8443"},
    {wire::type::kDs, "12345 13 2 <64 hex digits>"},
    {257, "0 issue \"ca.example.net\""},
});

std::string example_for(std::uint16_t type) {
  const auto found = std::ranges::find(kExamples, type, &Example::type);
  if (found == kExamples.end()) return {};
  return fmt::format(", for example {}", found->text);
}

std::unexpected<std::string> wrong(std::uint16_t type, std::string_view text) {
  return std::unexpected(
      fmt::format("\"{}\" is not {} data{}", text, wire::type_to_string(type), example_for(type)));
}

std::expected<Bytes, std::string> parse_address(std::uint16_t type, std::string_view text) {
  const bool wants_v4 = type == wire::type::kA;
  const auto address = base::Address::parse(text);
  if (!address || address->is_v4() != wants_v4) {
    return std::unexpected(
        fmt::format("\"{}\" is not an {} address", text, wants_v4 ? "IPv4" : "IPv6"));
  }
  const auto bytes = address->bytes();
  return Bytes(bytes.begin(), bytes.end());
}

/// What presentation format would silently swallow: a comment, the end of the line, a quote left
/// open.
std::optional<std::string> swallowed(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
      return "has a control character in it";
    else if (c == ';' && !quoted)
      return "has a \";\" outside quotes, which starts a comment; put the text in quotes";
  }
  if (quoted) return "has a quote that is not closed";
  return std::nullopt;
}

std::expected<Bytes, std::string> parse_by_ldns(std::uint16_t type, std::string_view text,
                                                const wire::Name& origin) {
  if (const auto reason = swallowed(text))
    return std::unexpected(fmt::format("\"{}\" {}", text, *reason));
  const std::string line = fmt::format("@ 0 IN {} {}", wire::type_to_string(type), text);
  const LdnsRdf ldns_origin = ldns_name(origin.bytes());
  ldns_rr* raw = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(&raw, line.c_str(), 0, ldns_origin.get(), nullptr);
  const LdnsRecord record(raw);
  if (status != LDNS_STATUS_OK || ldns_rr_get_type(record.get()) != type) return wrong(type, text);
  Bytes rdata = wire_rdata(*record);
  const bool generic = text.starts_with("\\#");
  if ((rdata.empty() && !generic) || rdata.size() > 0xffff) return wrong(type, text);
  return rdata;
}

}  // namespace

std::expected<Bytes, std::string> parse_rdata(std::uint16_t type, std::string_view text,
                                              const wire::Name& origin) {
  const bool generic = text.starts_with("\\#");
  if (!generic && (type == wire::type::kA || type == wire::type::kAaaa))
    return parse_address(type, text);
  return parse_by_ldns(type, text, origin);
}

std::span<const std::uint8_t> target_name(std::uint16_t type,
                                          std::span<const std::uint8_t> rdata) noexcept {
  std::size_t offset = 0;
  switch (type) {
    case wire::type::kNs: offset = 0; break;
    case wire::type::kMx:
    case wire::type::kSvcb:
    case wire::type::kHttps: offset = 2; break;
    case wire::type::kSrv: offset = 6; break;
    default: return {};
  }
  if (rdata.size() <= offset) return {};
  const std::size_t length = wire::name_length(rdata.subspan(offset));
  if (length <= 1) return {};
  return rdata.subspan(offset, length);
}

CompressibleNames compressible_names(std::uint16_t type) noexcept {
  switch (type) {
    case wire::type::kNs:
    case wire::type::kMd:
    case wire::type::kMf:
    case wire::type::kCname:
    case wire::type::kMb:
    case wire::type::kMg:
    case wire::type::kMr:
    case wire::type::kPtr: return {0, 1};
    case wire::type::kSoa:
    case wire::type::kMinfo: return {0, 2};
    case wire::type::kMx: return {2, 1};
    default: return {0, 0};
  }
}

}  // namespace loadstar::zone
