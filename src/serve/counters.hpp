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

/// The counters of one thread, in cache lines of their own. WorkerCounts says what each means.
struct alignas(64) UdpCounters {
  Counter received;
  Counter send_failures;
  Counter proxy_sources;
  Counter proxy_headers;
};

struct alignas(64) XdpCounters {
  Counter received;
  Counter sent;
  Counter send_failures;
  Counter malformed;
  Counter checksums;
};

struct alignas(64) TcpCounters {
  Counter messages;
  Counter accepted;
  Counter accept_failures;
  std::array<Counter, kTcpEnds> closed;
  Counter tls_handshakes;
  Counter tls_resumed;
  Counter open;
};

}  // namespace loadstar::serve
