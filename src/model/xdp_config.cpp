#include "loadstar/model/xdp_config.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace loadstar::model {
namespace {

constexpr std::size_t kLongestInterface = 15;  // IFNAMSIZ has room for a zero byte, too

/// As the kernel has it (dev_valid_name).
bool is_interface_name(std::string_view text) {
  const auto is_forbidden = [](char c) { return c <= ' ' || c == '/' || c == ':' || c > '~'; };
  return !text.empty() && text.size() <= kLongestInterface && text != "." && text != ".." &&
         std::ranges::none_of(text, is_forbidden);
}

/// Sets what has not been said yet.
bool settle(std::optional<bool>& choice, bool value) {
  if (choice) return false;
  choice = value;
  return true;
}

struct XdpWord {
  std::string_view word;
  bool (*apply)(XdpConfig&);  // false: the word contradicts another one, or is there twice
};
constexpr std::array<XdpWord, 5> kWords{{
    {"native", [](XdpConfig& config) { return settle(config.native, true); }},
    {"generic", [](XdpConfig& config) { return settle(config.native, false); }},
    {"zero-copy", [](XdpConfig& config) { return settle(config.zero_copy, true); }},
    {"copy", [](XdpConfig& config) { return settle(config.zero_copy, false); }},
    {"symmetric", [](XdpConfig& config) { return !std::exchange(config.symmetric, true); }},
}};

}  // namespace

std::expected<XdpConfig, std::string> XdpConfig::parse(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return std::unexpected(fmt::format("\"{}\" {}", text, why));
  };
  XdpConfig config;
  config.interface = text.substr(0, text.find(','));
  if (!is_interface_name(config.interface))
    return wrong("does not start with the name of an interface, such as \"eth0\"");
  for (std::size_t comma = config.interface.size(); comma < text.size();) {
    const std::size_t end = std::min(text.find(',', comma + 1), text.size());
    const std::string_view word = text.substr(comma + 1, end - comma - 1);
    const auto known = std::ranges::find(kWords, word, &XdpWord::word);
    if (known == kWords.end()) {
      return wrong(
          fmt::format("has \"{}\" behind the interface, which is not one of native, "
                      "generic, zero-copy, copy and symmetric",
                      word));
    }
    if (!known->apply(config)) return wrong("says twice what is to be done");
    comma = end;
  }
  return config;
}

}  // namespace loadstar::model
