#include "read_credentials.hpp"

#include "names.hpp"

namespace loadstar::model {
namespace {

constexpr Range<std::size_t> kUrlBytes{9, 512};
constexpr std::string_view kHttps = "https://";

}  // namespace

std::optional<std::string> read_node_name(ConfigContext& context, json::Value value) {
  const auto name = context.in.string(value);
  if (!name) return std::nullopt;
  if (is_identifier(*name)) return std::string(*name);
  return context.in.refuse(value, "a name of 1 to 63 letters, digits, \"-\", \"_\" or \".\"");
}

std::optional<std::string> read_token_file(ConfigContext& context, json::Value value,
                                           std::size_t least_bytes) {
  const auto path = read_path(context, value);
  if (!path) return std::nullopt;
  try {
    return read_token(*path, least_bytes);
  } catch (const base::ConfigError& error) {
    context.in.error(value, error.diagnostics().front().message);
    return std::nullopt;
  }
}

std::optional<std::string> read_node_url(ConfigContext& context, json::Value value) {
  const auto url = context.in.text(value, kUrlBytes);
  if (!url) return std::nullopt;
  if (url->starts_with(kHttps)) return std::string(*url);
  return context.in.refuse(value, "a URL such as \"https://ns1.example.com:8054\"");
}

void check_credentials(ConfigContext& context, json::Value value, const Credentials& credentials) {
  if (credentials.certificate.empty() == credentials.key.empty()) return;
  context.in.error(value, "\"certificate\" and \"key\" go together");
}

}  // namespace loadstar::model
