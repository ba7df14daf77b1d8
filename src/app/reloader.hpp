#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "loadstar/app/edition.hpp"

namespace loadstar::app {

/// Reads editions one after another on a thread of its own, which gives way to those that answer.
/// Everything but the reading happens on the thread that runs `io`.
class Reloader {
 public:
  using Done = std::function<void(const Edition&)>;
  /// Puts an edition to use; calls `done` when it is, now or later.
  using Apply = std::function<void(std::shared_ptr<const Edition>, std::function<void()> done)>;

  /// `first` is put to use by start().
  Reloader(boost::asio::io_context& io, Sources sources, std::shared_ptr<const Edition> first,
           Apply apply);
  /// Waits for a reading under way; its result is dropped.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  void start() { use(nullptr); }
  /// Reads the files and calls `done` when what could be read is in use. Requests that come while
  /// the files are being read make one further reading.
  void request(Done done);

  [[nodiscard]] const Edition& current() const noexcept { return *current_; }

 private:
  /// By then every worker has taken up what replaced it.
  static constexpr auto kRetirement = std::chrono::seconds(2);

  void begin();
  void read();
  void use(std::shared_ptr<const Edition> replaced);
  void retire(std::shared_ptr<const Edition> edition);

  boost::asio::io_context& io_;
  boost::asio::thread_pool reading_{1};
  Sources sources_;
  std::shared_ptr<const Edition> current_;
  std::shared_ptr<const Edition> retired_;  // the last one that was
  boost::asio::steady_timer retirement_;
  Apply apply_;
  std::vector<Done> waiting_;  // for the next reading
  std::vector<Done> running_;  // for this one
  bool is_busy_ = true;        // until the first one is in use
};

}  // namespace loadstar::app
