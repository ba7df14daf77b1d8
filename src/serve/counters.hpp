#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "loadstar/serve/server.hpp"

namespace loadstar::serve {

/// A number that one thread changes and others read.
class Counter {
 public:
  // A plain load and store: there is one writer, so no locked instruction is needed.
  void add(std::uint64_t by = 1) noexcept { set(get() + by); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The counters of one worker, in cache lines of their own. WorkerCounts says what each means.
struct alignas(64) Counters {
  Counter udp_received;
  Counter udp_send_failures;
  Counter udp_proxy_sources;
  Counter udp_proxy_headers;
  Counter tcp_messages;
  Counter tcp_accepted;
  Counter tcp_accept_failures;
  std::array<Counter, kTcpEnds> tcp_closed;
  Counter tls_handshakes;
  Counter tls_resumed;
  Counter tcp_open;
};

}  // namespace loadstar::serve
