#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <system_error>

namespace loadstar::app {

/// Whether programs may be started.
enum class Programs : std::uint8_t { Denied, Allowed };

/// Denies the system calls that a DNS server never makes (seccomp(2)), in every thread and for
/// good: whoever takes over the process by a mistake of ours can do less with it. They fail with
/// EPERM, so that a library that tries one for its own reasons goes on without it.
///
/// Programs are allowed where probes run them ("exec" monitors).
///
/// Returns how many are denied; an error where the kernel or this build cannot. After privileges
/// are dropped, as it needs none.
[[nodiscard]] std::expected<std::size_t, std::error_code> deny_needless_system_calls(
    Programs programs);

}  // namespace loadstar::app
