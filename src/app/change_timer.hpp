#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "loadstar/app/publisher.hpp"

namespace loadstar::app {

/// Has the publisher publish what changes with time alone: overrides that end, drains that go on.
class ChangeTimer {
 public:
  /// Both must outlive the timer.
  ChangeTimer(boost::asio::io_context& io, Publisher& publisher)
      : timer_(io), publisher_(publisher) {}

  /// Waits for the publisher's next change; to be called whenever that may be another one.
  void arm();

 private:
  /// The wall clock may be set meanwhile; it is looked at again at least so often.
  static constexpr auto kLongest = std::chrono::minutes(1);

  boost::asio::steady_timer timer_;
  Publisher& publisher_;
};

}  // namespace loadstar::app
