#include <algorithm>
#include <fstream>
#include <iterator>

#include "load_config.hpp"
#include "probe_config_keys.hpp"
#include "read_credentials.hpp"
#include "trimmed.hpp"

namespace loadstar::model {
namespace {

constexpr Range<std::size_t> kUserBytes{1, 32};
constexpr std::size_t kLongestToken = 1024;

constexpr std::array<Field<ConfigContext, ProbeConfig>, 10> kProbeFields{{
    {{"$schema"}, [](ConfigContext&, json::Value, ProbeConfig&) {}},
    {{"name"},
     [](ConfigContext& context, json::Value value, ProbeConfig& config) {
       set(config.name, read_node_name(context, value));
     }},
    {{"nodes"},
     [](ConfigContext& context, json::Value value, ProbeConfig& config) {
       for (const json::Value item : context.in.items(value)) {
         if (auto url = read_node_url(context, item)) config.nodes.push_back(*std::move(url));
       }
     }},
    {{"certificate"}, read_credential_path<ProbeConfig, &Credentials::certificate>},
    {{"key"}, read_credential_path<ProbeConfig, &Credentials::key>},
    {{"ca_file"}, read_credential_path<ProbeConfig, &Credentials::ca_file>},
    {{"token_file"}, read_credential_token<ProbeConfig>},
    {{"user"},
     [](ConfigContext& context, json::Value value, ProbeConfig& config) {
       set(config.user, context.in.text(value, kUserBytes));
     }},
    {{"exec"},
     [](ConfigContext& context, json::Value value, ProbeConfig& config) {
       set(config.exec, context.in.boolean(value));
     }},
    {{"seccomp"},
     [](ConfigContext& context, json::Value value, ProbeConfig& config) {
       set(config.seccomp, context.in.boolean(value));
     }},
}};

void check(ConfigContext& context, json::Value root, ProbeConfig& config) {
  check_credentials(context, root, config.credentials);
}

}  // namespace

ProbeConfig load_probe_config(const std::filesystem::path& file) {
  ProbeConfig config;
  load_config(file, kProbeFields, check, config);
  return config;
}

std::string read_token(const std::filesystem::path& file, std::size_t least_bytes) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad())
    throw base::ConfigError(fmt::format("\"{}\" cannot be read", file.string()));
  const std::string_view token = trimmed(text);
  const bool is_visible = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  if (token.size() < least_bytes || token.size() > kLongestToken || !is_visible) {
    throw base::ConfigError(fmt::format("\"{}\" has no token of {} to {} visible characters",
                                        file.string(), least_bytes, kLongestToken));
  }
  return std::string(token);
}

std::vector<std::string_view> probe_config_keys() { return names_of(kProbeFields); }

}  // namespace loadstar::model
