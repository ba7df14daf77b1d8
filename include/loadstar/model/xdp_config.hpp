#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace loadstar::model {

/// An interface on which queries over UDP pass by the kernel's sockets (AF_XDP), and how.
struct XdpConfig {
  std::string interface;
  std::optional<bool> native;     ///< "native" or "generic"; nullopt: native if the driver can
  std::optional<bool> zero_copy;  ///< "zero-copy" or "copy"; nullopt: zero copy if the driver can
  bool symmetric = false;         ///< no routes are looked up

  /// "eth0", with words behind it: "eth0,generic,copy,symmetric".
  [[nodiscard]] static std::expected<XdpConfig, std::string> parse(std::string_view text);

  friend bool operator==(const XdpConfig&, const XdpConfig&) = default;
};

}  // namespace loadstar::model
