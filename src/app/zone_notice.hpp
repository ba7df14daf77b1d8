#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "loadstar/app/notice.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::app {

/// A NOTIFY under way (RFC 1996): sent until it is answered in any way, kTries times at most, each
/// wait twice as long as the one before. Where it is signed, only an answer that is signed, too,
/// counts (RFC 8945 5.3): anybody could send another.
class ZoneNotice : public std::enable_shared_from_this<ZoneNotice> {
 public:
  static constexpr int kTries = 5;
  using Done = std::function<void(const Notice&, NoticeOutcome)>;

  /// `done` is called once, from the event loop. `first_wait` is that for the first try's answer.
  ZoneNotice(boost::asio::io_context& io, Notice notice, base::Duration first_wait, Done done);

  void start();

 private:
  void send();
  void make_message();
  void receive();
  void take(std::span<const std::uint8_t> message);
  void finish(NoticeOutcome outcome);
  [[nodiscard]] bool is_answer(std::span<const std::uint8_t> message) const noexcept;
  [[nodiscard]] bool is_proven(std::span<const std::uint8_t> message) const noexcept;

  Notice notice_;
  base::Duration wait_;
  Done done_;
  std::uint16_t id_;
  int tries_ = 0;
  bool is_receiving_ = false;
  bool has_doubtful_answer_ = false;
  bool is_done_ = false;
  boost::asio::ip::udp::socket socket_;
  boost::asio::steady_timer timer_;
  std::vector<std::uint8_t> message_;
  std::optional<wire::TsigSigner> signer_;  // of message_
  std::array<std::uint8_t, 512> answer_{};
};

}  // namespace loadstar::app
