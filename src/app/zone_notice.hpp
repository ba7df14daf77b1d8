#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::app {

/// A zone has changed, and whom to tell.
struct Notice {
  wire::Name zone;
  base::Endpoint to;
  const wire::TsigKey* key = nullptr;  ///< null: not signed

  friend bool operator==(const Notice&, const Notice&) = default;
};

/// A NOTIFY under way (RFC 1996): sent until it is answered in any way, kTries times at most, each
/// wait twice as long as the one before.
class ZoneNotice : public std::enable_shared_from_this<ZoneNotice> {
 public:
  static constexpr int kTries = 5;
  enum class Outcome : std::uint8_t { Answered, Failed };
  using Done = std::function<void(const Notice&, Outcome)>;

  /// `done` is called once, from the event loop. `first_wait` is that for the first try's answer.
  ZoneNotice(boost::asio::io_context& io, Notice notice, base::Duration first_wait, Done done);

  void start();

 private:
  void send();
  void receive();
  void finish(Outcome outcome);
  [[nodiscard]] bool is_answer(std::size_t size) const noexcept;

  Notice notice_;
  base::Duration wait_;
  Done done_;
  std::uint16_t id_;
  int tries_ = 0;
  bool is_done_ = false;
  boost::asio::ip::udp::socket socket_;
  boost::asio::steady_timer timer_;
  std::vector<std::uint8_t> message_;
  std::array<std::uint8_t, 512> answer_{};
};

}  // namespace loadstar::app
