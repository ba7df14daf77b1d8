#pragma once
// The load generator: asks a server the questions of a file in order, over and over, as fast as
// it answers with a window of queries on their way, or at a rate, and tells what came of it.
//
//   main ─► ask_udp / ask_tcp / ask_by_connection ─► Flights (who is on the way since when)
//                                               └─► Outcome ◄─ ServerTime (/proc)

#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <string>
#include <vector>

#include "latencies.hpp"
#include "questions.hpp"

namespace loadstar::bench {

/// Nanoseconds of the monotonic clock.
[[nodiscard]] inline std::int64_t now() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kLostAfter = kSecond;

enum class Answers : std::uint8_t {
  Checked,  ///< by sample, against the question
  Echoed,   ///< the peer sends back what it gets
};

struct Plan {
  sockaddr_in server{};
  std::vector<Question> questions;
  std::vector<int> processes;  ///< whose time is taken
  double warm_up = 0.2;        ///< seconds before it counts
  double seconds = 1;
  double rate = 0;        ///< queries per second; 0 = as fast as answers come
  unsigned window = 128;  ///< most queries, or connections, on their way; at most kMostFlights
  unsigned sockets = 1;   ///< UDP sockets, so that SO_REUSEPORT can spread them
  std::size_t first = 0;  ///< question to begin with
  Answers answers = Answers::Checked;
};

/// Time that processes have had on a core, threads that have ended not counted.
struct ServerTime {
  std::int64_t total_ns = 0;
  std::int64_t user_ns = 0;  ///< by the system's clock ticks
};
[[nodiscard]] ServerTime time_of(std::span<const int> processes);

/// What happened from the end of the warm-up on.
struct Outcome {
  double seconds = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;
  std::uint64_t wrong = 0;
  std::string first_fault;
  Latencies latencies;
  ServerTime server;
};

[[nodiscard]] Outcome ask_udp(const Plan& plan);            ///< plan.rate may be given
[[nodiscard]] Outcome ask_tcp(const Plan& plan);            ///< pipelined on one connection
[[nodiscard]] Outcome ask_by_connection(const Plan& plan);  ///< one query a connection

/// Throws std::system_error with errno.
[[noreturn]] void fail(const char* what);

}  // namespace loadstar::bench
