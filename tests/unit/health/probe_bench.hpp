#pragma once
// One probe at a time, from its start to its result.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "loadstar/health/prober.hpp"

#include "catch.hpp"

namespace loadstar::health {

using std::chrono::milliseconds;

// Long enough for a loaded machine where an answer is expected; probes that must time out take the
// short one.
inline constexpr milliseconds kAmple{20'000};
inline constexpr milliseconds kShort{150};

struct Bench {
  boost::asio::io_context io;
  Probers probers = make_probers(io);

  /// Runs one probe to its end.
  Result probe(model::Monitor monitor, const base::Endpoint& address, milliseconds timeout) {
    monitor.timeout = timeout;
    const Target target{std::make_shared<const model::Monitor>(monitor), address};
    int calls = 0;
    Result result;
    probers.at(monitor.type)->probe(target, [&](Result made) {
      ++calls;
      result = std::move(made);
    });
    CHECK(calls == 0);  // never from within probe()
    io.restart();
    while (calls == 0 && io.run_one() != 0) continue;
    io.poll();  // what is left must not report again
    CHECK(calls == 1);
    return result;
  }
};

/// A loopback port that nobody listens on: held, but not listening.
struct DeadPort {
  explicit DeadPort(boost::asio::io_context& io)
      : socket(io, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {}
  boost::asio::ip::tcp::socket socket;

  [[nodiscard]] base::Endpoint address() const {
    return {*base::Address::parse("127.0.0.1"), socket.local_endpoint().port()};
  }
};

}  // namespace loadstar::health
