#include "read_transfer.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "base64.hpp"
#include "names.hpp"
#include "read_prefixes.hpp"

namespace loadstar::model {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::size_t kShortestSecret = 16;  // bytes; RFC 8945 10.1 asks for the hash's length
constexpr std::size_t kLongestKeyName = 100;
constexpr Range<std::size_t> kSecretBytes{1, 1024};

constexpr std::array<Word<KeyAlgorithm>, 3> kAlgorithmWords{{
    {"hmac-sha256", KeyAlgorithm::HmacSha256},
    {"hmac-sha384", KeyAlgorithm::HmacSha384},
    {"hmac-sha512", KeyAlgorithm::HmacSha512},
}};

std::optional<std::string> read_name(ConfigContext& context, json::Value value) {
  const auto name = context.in.domain_name(value);
  if (!name) return std::nullopt;
  if (*name == "@") return context.in.refuse(value, "an absolute domain name");
  return absolute_lower(*name);
}

void read_key_name(ConfigContext& context, json::Value value, TsigKey& key) {
  set(key.name, read_name(context, value));
  if (key.name.size() > kLongestKeyName)
    context.in.error(value, fmt::format("the name of a key has at most {} bytes", kLongestKeyName));
}

void decode_secret(ConfigContext& context, json::Value value, std::string_view text, TsigKey& key) {
  auto secret = decode_base64(text);
  if (!secret) return context.in.error(value, "the secret is not base64");
  if (secret->size() < kShortestSecret) {
    return context.in.error(value, fmt::format("the secret has {} bytes; at least {} are needed",
                                               secret->size(), kShortestSecret));
  }
  key.secret = *std::move(secret);
}

void read_secret(ConfigContext& context, json::Value value, TsigKey& key) {
  const auto text = context.in.text(value, kSecretBytes);
  if (text) decode_secret(context, value, *text, key);
}

void read_secret_file(ConfigContext& context, json::Value value, TsigKey& key) {
  const auto path = read_path(context, value);
  if (!path) return;
  std::ifstream in(*path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad())
    return context.in.error(value, fmt::format("\"{}\" cannot be read", path->string()));
  decode_secret(context, value, text, key);
}

constexpr std::array<Field<ConfigContext, TsigKey>, 4> kKeyFields{{
    {{"name", Presence::Required}, read_key_name},
    {{"algorithm"},
     [](ConfigContext& context, json::Value value, TsigKey& key) {
       set(key.algorithm, context.in.choice(value, kAlgorithmWords));
     }},
    {{"secret"}, read_secret},
    {{"secret_file"}, read_secret_file},
}};

void read_zones(ConfigContext& context, json::Value value, TransferRule& rule) {
  for (const json::Value item : context.in.items(value)) {
    if (auto name = read_name(context, item)) rule.zones.push_back(*std::move(name));
  }
}

constexpr std::array<Field<ConfigContext, TransferRule>, 5> kTransferFields{{
    {{"zones"}, read_zones},
    {{"to"},
     [](ConfigContext& context, json::Value value, TransferRule& rule) {
       read_prefixes(context.in, value, rule.to);
     }},
    {{"key"},
     [](ConfigContext& context, json::Value value, TransferRule& rule) {
       set(rule.key, read_name(context, value));
     }},
    {{"notify"},
     [](ConfigContext& context, json::Value value, TransferRule& rule) {
       rule.notify = read_endpoints(context, value, kDnsPort);
     }},
    {{"notify_name_servers"},
     [](ConfigContext& context, json::Value value, TransferRule& rule) {
       set(rule.notify_name_servers, context.in.boolean(value));
     }},
}};

}  // namespace

void read_keys(ConfigContext& context, json::Value value, DnsConfig& config) {
  for (const json::Value item : context.in.items(value)) {
    TsigKey key;
    if (!read_object(context, item, kKeyFields, key)) continue;
    const bool has_one =
        item.member("secret").has_value() != item.member("secret_file").has_value();
    if (!has_one) context.in.error(item, "a key has either \"secret\" or \"secret_file\"");
    if (std::ranges::find(config.keys, key.name, &TsigKey::name) != config.keys.end())
      context.in.error(item, fmt::format("key \"{}\" is listed twice", key.name));
    config.keys.push_back(std::move(key));
  }
}

void read_transfers(ConfigContext& context, json::Value value, DnsConfig& config) {
  for (const json::Value item : context.in.items(value)) {
    TransferRule rule;
    if (read_object(context, item, kTransferFields, rule))
      config.transfers.push_back(std::move(rule));
  }
}

void check_transfers(ConfigContext& context, json::Value root, const DnsConfig& config) {
  const auto transfers = root.is_object() ? root.member("transfer") : std::nullopt;
  if (!transfers) return;
  for (const TransferRule& rule : config.transfers) {
    const bool is_known =
        std::ranges::find(config.keys, rule.key, &TsigKey::name) != config.keys.end();
    if (!rule.key.empty() && !is_known)
      context.in.error(*transfers, fmt::format("there is no key \"{}\"", rule.key));
  }
}

std::vector<std::string_view> key_keys() { return names_of(kKeyFields); }
std::vector<std::string_view> transfer_keys() { return names_of(kTransferFields); }

}  // namespace loadstar::model
