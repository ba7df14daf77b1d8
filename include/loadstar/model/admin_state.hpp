#pragma once

#include <cstdint>
#include <string_view>

namespace loadstar::model {

/// What somebody says of an endpoint; Auto leaves it to the monitor.
enum class AdminState : std::uint8_t { Auto, Up, Down, Drain };

/// As files and the command line say it.
[[nodiscard]] constexpr std::string_view to_string(AdminState state) noexcept {
  switch (state) {
    case AdminState::Auto: return "auto";
    case AdminState::Up: return "up";
    case AdminState::Down: return "down";
    case AdminState::Drain: return "drain";
  }
  return "";
}

}  // namespace loadstar::model
