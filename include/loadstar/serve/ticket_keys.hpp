#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "loadstar/base/duration.hpp"

namespace loadstar::serve {

/// What encrypts and signs a session ticket (RFC 5077 4), and the name by which it is found again.
struct TicketKey {
  using Name = std::array<std::uint8_t, 16>;
  Name name{};
  std::array<std::uint8_t, 32> encryption{};
  std::array<std::uint8_t, 32> signature{};
};

/// The keys of TLS session tickets: a new one every kRotation, and the one before it still opens
/// the tickets that it made. They never leave the process. Any thread may call.
class TicketKeys {
 public:
  static constexpr base::Duration kRotation = std::chrono::hours(1);

  explicit TicketKeys(base::TimePoint now) : current_(fresh()), made_(now) {}

  /// The key for new tickets.
  [[nodiscard]] TicketKey current(base::TimePoint now);
  /// The key that made a ticket, while it counts.
  [[nodiscard]] std::optional<TicketKey> find(const TicketKey::Name& name, base::TimePoint now);

 private:
  [[nodiscard]] static TicketKey fresh();
  void rotate(base::TimePoint now);

  std::mutex mutex_;
  TicketKey current_;
  std::optional<TicketKey> previous_;
  base::TimePoint made_;
};

}  // namespace loadstar::serve
