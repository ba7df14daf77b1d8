#pragma once
// One ICMP socket of one family as Linux has it, and what it says, in plain values. Blocks never.

#include <cstdint>
#include <expected>
#include <system_error>

#include "loadstar/base/address.hpp"
#include "loadstar/health/icmp_echo.hpp"

#include "descriptor.hpp"

namespace loadstar::health {

class IcmpSocket {
 public:
  /// A ping socket where the kernel allows one to this group (net.ipv4.ping_group_range), else a
  /// raw one, which takes CAP_NET_RAW.
  [[nodiscard]] static std::expected<IcmpSocket, std::error_code> open(base::Family family);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

  /// Sends a request; its identifier is the socket's.
  [[nodiscard]] std::error_code send(const base::Address& to, std::uint16_t sequence,
                                     std::uint64_t nonce) const noexcept;

  /// A reply, or an error that the network gave back for a request of ours.
  struct Event {
    base::Address address;  ///< who replied, or whom the request was for
    Echo echo;              ///< of an error: without its nonce
    int error = 0;          ///< errno; 0 = a reply
  };
  enum class Read : std::uint8_t { Event, Noise, Nothing };
  /// The next of what waits. Noise: something that is not for us.
  [[nodiscard]] Read read(Event& event) const noexcept;

 private:
  enum class Kind : std::uint8_t { Ping, Raw };
  IcmpSocket(base::Family family, Kind kind, Descriptor descriptor) noexcept
      : family_(family), kind_(kind), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] std::error_code prepare() noexcept;
  [[nodiscard]] std::error_code be_known() noexcept;
  [[nodiscard]] Read read_error(Event& event) const noexcept;
  [[nodiscard]] Read read_reply(Event& event) const noexcept;

  base::Family family_;
  Kind kind_;
  Descriptor descriptor_;
  std::uint16_t identifier_ = 0;
};

}  // namespace loadstar::health
