#pragma once
// One connection of one probe: opened, used by the probe type, closed, and reported exactly once.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string_view>

#include "loadstar/base/duration.hpp"
#include "loadstar/health/prober.hpp"

namespace loadstar::health {

/// Connects to the target and hands over to connected(). The timeout runs over all of it. Lives as
/// long as an operation is under way: each handler holds a share.
class ProbeSession : public std::enable_shared_from_this<ProbeSession> {
 public:
  ProbeSession(boost::asio::io_context& io, const Target& target, Prober::Done done);
  virtual ~ProbeSession() = default;
  ProbeSession(const ProbeSession&) = delete;
  ProbeSession& operator=(const ProbeSession&) = delete;

  void start() { start(base::Clock::now()); }
  /// As if it had started then.
  void start(base::TimePoint started);

 protected:
  /// The connection stands; ends in finish() or fail() some time.
  virtual void connected() = 0;

  /// Closes the connection and reports; whatever comes later is ignored.
  void finish(Result result);
  void fail(const boost::system::error_code& error);
  /// Closes the connection and leaves the report to who calls done.
  [[nodiscard]] Prober::Done give_up();
  [[nodiscard]] base::TimePoint started() const noexcept { return started_; }
  [[nodiscard]] bool is_finished() const noexcept { return done_ == nullptr; }

  [[nodiscard]] const Target& target() const noexcept { return target_; }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }
  /// What a timeout from now on would have been spent on; a literal.
  void set_phase(std::string_view phase) noexcept { phase_ = phase; }

 private:
  void start_timer();
  void connect_finished(const boost::system::error_code& error);
  [[nodiscard]] bool is_connected_to_itself() const;

  Target target_;
  Prober::Done done_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  base::TimePoint started_{};
  std::string_view phase_ = "connecting";
};

}  // namespace loadstar::health
